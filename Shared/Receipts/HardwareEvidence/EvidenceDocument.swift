internal import Codec
public import Cryptography

/// Evidence of trusted hardware together with what it was asked for (FORMAT section 8). Its bytes are JCS; their SHA-256 is
/// what an execution names, and the name of the blob.
///
/// It says nothing by itself: whoever appraises the evidence requires ``reportData`` of it.
public struct EvidenceDocument: Sendable, Equatable {
  public static let type = "urn:colophon:evidence:v1"
  public static let bytesMax = 1 << 20
  public static let collateralMax = 64

  /// What an executor's evidence can be.
  public enum Kind: String, Sendable, CaseIterable {
    /// A statement by a root key of somebody's own. It shows no hardware.
    case simulated
    case nitro, tdx
    case sevSNP = "sev-snp"
  }

  public var kind: Kind
  /// The RFC 9679 thumbprint of the execution key.
  public var keyID: Digest32
  public var nonce: EvidenceNonce
  /// As the hardware gave it.
  public var evidence: [UInt8]
  /// What its appraisal needs besides: certificates, revocation lists, answers of Intel's service. Signed by the vendor or worthless.
  public var collateral: [[UInt8]]

  public init(kind: Kind, keyID: Digest32, nonce: EvidenceNonce, evidence: [UInt8], collateral: [[UInt8]] = []) {
    self.kind = kind
    self.keyID = keyID
    self.nonce = nonce
    self.evidence = evidence
    self.collateral = collateral
  }

  /// The 64 bytes that the evidence has to hold: SHA-512(tag ‖ 0 ‖ nonce32 ‖ thumbprint).
  public var reportData: [UInt8] { Self.reportData(nonce: nonce, keyID: keyID) }

  public static func reportData(nonce: EvidenceNonce, keyID: Digest32) -> [UInt8] {
    SHA2.sha512(DomainTag.evidence.prefix + nonce.bytes + keyID.bytes)
  }

  /// Errors: more than ``bytesMax``, or more pieces of collateral than ``collateralMax``.
  public func encoded() throws(ReceiptError) -> [UInt8] {
    let json: JSON = .members([
      ("type", .string(Self.type)), ("kind", .string(kind.rawValue)), ("key", .digest(keyID)),
      ("nonce", .string(Hex.encode(nonce.bytes))),
      (
        "epoch",
        nonce.epoch.map { ["from_unix_ms": .decimal($0.fromUnixMs), "to_unix_ms": .decimal($0.toUnixMs)] }
      ),
      ("evidence", .string(Base64.encode(evidence))),
      ("collateral", collateral.isEmpty ? nil : .array(collateral.map { .string(Base64.encode($0)) })),
    ])
    let bytes: [UInt8]
    do { bytes = try JCS.encode(json) } catch { throw .encoding(what: "evidence document", why: "\(error)") }
    // Read back: nothing is made that a reader would refuse.
    _ = try EvidenceDocument(bytes)
    return bytes
  }

  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do { json = try JCS.parse(bytes, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 4)) } catch {
      throw .encoding(what: "evidence document", why: "\(error)")
    }
    var fields = try Fields(json, "evidence")
    guard try fields.string("type").hasSameBytes(as: Self.type) else {
      throw .field("evidence.type", why: "is not \(Self.type)")
    }
    let name = try fields.string("kind")
    guard let kind = Kind(rawValue: name) else {
      let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw .field("evidence.kind", why: "\"\(name.prefix(40))\" is none of \(kinds)")
    }
    self.kind = kind
    keyID = try fields.digest("key")
    nonce = try EvidenceNonce(&fields)
    evidence = try Self.bytes(try fields.string("evidence"), "evidence.evidence")
    collateral = []
    if fields.has("collateral") {
      guard kind != .simulated else { throw .field("evidence.collateral", why: "stands beside simulated evidence") }
      for value in try fields.array("collateral", max: Self.collateralMax) {
        guard let text = value.stringValue else { throw .field("evidence.collateral", why: "must hold base64") }
        collateral.append(try Self.bytes(text, "evidence.collateral"))
      }
      guard !collateral.isEmpty else { throw .field("evidence.collateral", why: "must not be empty") }
    }
    try fields.end()
  }

  private static func bytes(_ text: String, _ path: String) throws(ReceiptError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try Base64.decode(text) } catch { throw .encoding(what: path, why: "\(error)") }
    guard !bytes.isEmpty else { throw .field(path, why: "must not be empty") }
    return bytes
  }
}
