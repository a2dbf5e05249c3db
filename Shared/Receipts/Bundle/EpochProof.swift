public import Codec
public import Cryptography
internal import MerkleLog

/// That a receipt is counted: its place in the tree of a signed epoch, and the epoch's place in the log.
public struct EpochProof: Sendable, Equatable {
  public static let mediaType = "application/json"
  private static let bytesMax = 4 << 20

  public let receiptID: ReceiptID
  public let sequence: UInt64
  /// Digest of the receipt statement.
  public let receipt: Digest32
  /// From the receipt's leaf to the root of the epoch.
  public let path: [Digest32]
  /// The signed `epoch` statement.
  public let epoch: [UInt8]
  /// Of the epoch's digest.
  public let tlogProof: String

  public init(
    receiptID: ReceiptID, sequence: UInt64, receipt: Digest32, path: [Digest32], epoch: [UInt8], tlogProof: String
  ) {
    self.receiptID = receiptID
    self.sequence = sequence
    self.receipt = receipt
    self.path = path
    self.epoch = epoch
    self.tlogProof = tlogProof
  }

  public var json: JSON {
    [
      "receipt_id": .string(receiptID.description), "sequence": .decimal(sequence), "receipt": .digest(receipt),
      "path": .array(path.map { .digest($0) }), "epoch": .string(Base64.encode(epoch)),
      "tlog_proof": .string(tlogProof),
    ]
  }

  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do { json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 4)) } catch {
      throw .encoding(what: "epoch proof", why: "\(error)")
    }
    var fields = try Fields(json, "epoch proof")
    receiptID = try fields.receiptID("receipt_id")
    sequence = try fields.decimal("sequence")
    receipt = try fields.digest("receipt")
    var path: [Digest32] = []
    for value in try fields.array("path", max: 64) { path.append(try Fields.digest(value, "epoch proof.path")) }
    self.path = path
    do { epoch = try Base64.decode(try fields.string("epoch")) } catch {
      throw .encoding(what: "epoch proof.epoch", why: "\(error)")
    }
    tlogProof = try fields.string("tlog_proof")
    try fields.end()
  }

  /// Checks all of it: the epoch is signed by a key that `policy` lists for `epoch` and is in the log while that key is
  /// good; it is of the key that signed the receipt; and it counts `receipt` under its number.
  ///
  /// - Parameter receipt: the holder's own, whose signature the holder has checked.
  /// - Returns: the epoch and its log index. Errors: ``ReceiptError``, `ProofError`, and those of a tlog-proof.
  public func verify(
    _ receipt: SignedStatement, policy: TrustPolicy
  ) throws -> (epoch: EpochPredicate, index: UInt64) {
    guard receipt.statement.kind == .receipt, receipt.digest == self.receipt else {
      throw ReceiptError.field("epoch proof.receipt", why: "is not the receipt at hand")
    }
    guard try ReceiptPredicate(receipt.statement.predicate).sequence == sequence else {
      throw ReceiptError.field("epoch proof.sequence", why: "is not the receipt's own")
    }
    let signed = try SignedStatement(epoch)
    guard signed.statement.kind == .epoch else {
      throw ReceiptError.field("epoch proof.epoch", why: "is a statement of kind \(signed.statement.kind)")
    }
    guard let issuer = policy.issuer(of: signed), issuer.kinds.contains(.epoch), signed.isSigned(by: issuer.key),
      issuer.issuer.hasSameBytes(as: signed.statement.issuer)
    else { throw ReceiptError.field("epoch proof.epoch", why: "is not by a key that the policy lists for epochs") }
    let found = try TlogProof(parsing: Array(tlogProof.utf8)).verify(entry: signed.digest.bytes, policy: policy.log)
    guard found.index >= issuer.fromIndex, found.index <= issuer.toIndex ?? .max else {
      throw ReceiptError.field("epoch proof.epoch", why: "has log index \(found.index), at which its key is not good")
    }
    let predicate = try EpochPredicate(signed.statement.predicate)
    guard predicate.keyID.bytes == signed.keyID, signed.keyID == receipt.keyID else {
      throw ReceiptError.field("epoch.key", why: "is not the key that signed both the epoch and the receipt")
    }
    guard signed.statement.subject == predicate.subject, try signed.statement.subjectDigest == predicate.digest() else {
      throw ReceiptError.field("epoch", why: "is under another subject than its own")
    }
    try predicate.requireCounts(self.receipt, sequence: sequence, path: path)
    return (predicate, found.index)
  }
}
