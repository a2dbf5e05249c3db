import Codec
import Cryptography
import Foundation
import Logging
import MerkleLog
import RPC
import Receipts
import Stores
import Wire

@testable import StorageService

/// A storage service in a folder, called without a socket.
final class StorageFixture: Sendable {
  static let issuer = "https://operator.example/orchestrator"
  static let storageIssuer = "https://operator.example/storage"

  let folder: String
  let keys: StorageKeys
  /// Registered for `contribution` and `tombstone`.
  let signer: SigningKey

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/colophon-storage-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    keys = StorageKeys(
      custody: try Self.key("custody"), checkpoint: try Self.key("log"), receipt: try Self.key("receipt"))
    signer = try Self.key("orchestrator")
    try register([Self.line(signer, kinds: ["contribution", "tombstone"])])
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static func key(_ name: String) throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array(name.utf8)).bytes) }

  static func line(_ key: SigningKey, issuer: String = issuer, kinds: [String]) -> JSON {
    [
      "iss": .string(issuer), "kid": .string("sha256:" + Hex.encode(COSEKey(key.publicKey).keyID)),
      "key": .string(Base64.encode(key.publicKey.raw)), "kinds": .array(kinds.map(JSON.string)),
    ]
  }

  var policyPath: String { "\(folder)/registration.json" }

  func register(_ lines: [JSON]) throws {
    try Data(JCS.encode(.array(lines))).write(to: URL(filePath: policyPath), options: .atomic)
  }

  func open(
    blobBytesMax: Int = 1 << 20, origin: String? = nil, fault: @escaping AppendFault = { _ in },
    blobFault: @escaping BlobFault = { _ in }
  ) async throws -> StorageService {
    var settings = StorageSettings(origin: origin, registrationPolicy: policyPath)
    settings.blobs.bytesMax = blobBytesMax
    return try await StorageService(
      settings: settings, folder: folder, issuer: Self.storageIssuer, keys: keys,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, unixMs: { 1_700_000_000_123 }, fault: fault,
      blobFault: blobFault, isExclusive: false)
  }

  func statement(
    _ number: Int, kind: StatementKind = .contribution, subject: String? = nil, issuer: String = issuer,
    key: SigningKey? = nil
  ) throws -> SignedStatement {
    let commitment = SHA256.hash(Array("\(number)".utf8))
    return try SignedStatement(
      signing: Statement(
        kind: kind, issuer: issuer, subject: subject ?? "epoch-\(number)", subjectDigest: SHA256.hash([1]),
        issuedAt: 1_700_000_000,
        predicate: kind == .contribution
          ? ["type": "commitment", "commitment": .string("sha256:\(commitment.hex)")] : ["number": .integer(number)]),
      with: key ?? signer)
  }

  /// What `signer`, the key itself unless given, says of a key of the kind `execution`.
  func keyStatement(
    of key: SigningKey, from: UInt64 = 1, to: UInt64? = nil, by signer: SigningKey? = nil, subject: String? = nil
  ) throws -> SignedStatement {
    let stated = try KeyPredicate(
      keyID: COSEKey(key.publicKey).thumbprint, kinds: [.execution, .key], fromIndex: from, toIndex: to)
    let isStranger = COSEKey(key.publicKey) != COSEKey(self.signer.publicKey)
    return try SignedStatement(
      signing: Statement(
        kind: .key, issuer: Self.issuer, subject: subject ?? stated.subject, subjectDigest: stated.digest,
        issuedAt: 1_700_000_000, predicate: stated.json),
      with: signer ?? (isStranger ? self.signer : key))
  }

  var checkpointPolicy: CheckpointPolicy {
    get throws {
      let origin = StorageSettings(registrationPolicy: "").origin(checkpointKey: keys.checkpoint.publicKey)
      return try CheckpointPolicy(
        origin: origin, logKey: NoteSigner(name: origin, key: keys.checkpoint).verifierKey)
    }
  }

  /// What a stranger with the policy checks of an answer: both proofs, of the same tree, for this statement.
  func verify(_ inclusion: Inclusion, of statement: SignedStatement, allowingWitnesses: Bool = false) throws {
    let entry = statement.digest.bytes
    let proof = try TlogProof(parsing: Array(inclusion.tlogProof.utf8))
    let verified = try proof.verify(
      entry: entry, policy: checkpointPolicy, allowingUnknownSignatures: allowingWitnesses)
    let receipt = try COSEReceipt(inclusion.coseReceipt)
    let root = try receipt.verify(entry: entry, key: keys.receipt.publicKey)
    struct Disagreement: Error {}
    guard root == verified.checkpoint.root, root.bytes == inclusion.root, receipt.size == verified.checkpoint.size,
      receipt.size == inclusion.treeSize, receipt.index == verified.index, receipt.index == inclusion.index,
      receipt.subject == statement.statement.subject, receipt.issuer == Self.storageIssuer
    else { throw Disagreement() }
  }
}

/// The code that a caller gets.
func code(_ service: StorageService, _ body: () async throws -> some Sendable) async -> RPCError? {
  let call = CallContext(
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, identity: CallIdentity(requestID: "test"))
  do {
    _ = try await service.answering(call, body)
    return nil
  } catch { return error as? RPCError ?? RPCError(.unknown, "\(error)") }
}
