import Cryptography
import Foundation
import MerkleLog
import RPC
import Receipts
import Wire

/// Registers what is stated of the keys of a data folder, through storage like every statement.
struct KeyRegister {
  private static let timeout = Duration.seconds(60)

  let folder: KeyFolder
  private let storage: RPCClient
  private let reader: LogReader

  /// - Parameter url: of the storage service.
  init(_ url: String, _ data: DataOption) throws {
    folder = KeyFolder(data: data)
    storage = try Peers.client(url, data)
    reader = try LogReader(url, data)
  }

  /// How many entries the published log has. It is this folder's own log, so its word is taken for that.
  func logSize() async throws -> UInt64 {
    let note = try await call(StorageProcedures.getCheckpoint, GetCheckpointRequest()).note
    return try Checkpoint(text: try SignedNote(parsing: Array(note.utf8)).text).size
  }

  /// States of each registered key that lies in this folder from where it is good, once. Returns those that it stated now.
  ///
  /// - Parameter from: the first entry that a key may have signed which nothing is known of: the log's size before the
  ///   key was admitted. One that the trust policy here lists already was good from where that says.
  func beginAll(from size: UInt64) async throws -> [Digest32] {
    let known = (try? TrustPolicy(try Files.bytes(folder.data.trust.path)))?.issuers ?? []
    var stated: [Digest32] = []
    for line in try folder.registration.lines() where line.kinds.contains(.key) {
      let keyID = line.keyID
      guard let (key, _) = try folder.signer(line.key) else { continue }
      let from = known.first { $0.key == line.key }?.fromIndex ?? size
      let before = try folder.remembered(keyID, .begin)
      let signed =
        try before
        ?? sign(
          KeyPredicate(
            keyID: keyID, kinds: line.kinds, fromIndex: min(from, size),
            replaces: try folder.predecessor(of: keyID, issuer: line.issuer)),
          as: line.issuer, key)
      if before == nil { try folder.remember(signed, keyID, .begin) }
      if try await register(signed, keyID) { stated.append(keyID) }
    }
    return stated
  }

  /// Signs an end with the operator's key, remembers it, and registers it. Returns its log index.
  func end(_ stated: KeyPredicate) async throws -> UInt64 {
    let before = try folder.remembered(stated.keyID, .end)
    let signed = try before ?? sign(stated, as: OperatorKey.issuer, try OperatorKey.load(folder.data))
    if before == nil { try folder.remember(signed, stated.keyID, .end) }
    return try await call(StorageProcedures.append, AppendRequest(statement: signed.bytes)).index
  }

  private func sign(_ stated: KeyPredicate, as issuer: String, _ key: SigningKey) throws -> SignedStatement {
    try SignedStatement(
      signing: Statement(
        kind: .key, issuer: issuer, subject: stated.subject, subjectDigest: try stated.digest,
        issuedAt: Int64(Date().timeIntervalSince1970), predicate: stated.json), with: key)
  }

  /// False when the log has it already, or has another that this key made: there is one, and that one counts.
  private func register(_ signed: SignedStatement, _ keyID: Digest32) async throws -> Bool {
    do {
      _ = try await storage.call(
        StorageProcedures.getInclusion, GetInclusionRequest(statementDigest: signed.digest.bytes),
        timeout: Self.timeout)
      return false
    } catch let error as RPCError where error.code == .notFound {}
    do {
      _ = try await storage.call(
        StorageProcedures.append, AppendRequest(statement: signed.bytes), timeout: Self.timeout)
      return true
    } catch let error as RPCError where error.code == .alreadyExists {
      if let there = try await named(in: error.message, like: signed) { try folder.remember(there, keyID, .begin) }
      return false
    } catch let error as RPCError {
      throw Failure("storage does not register \(signed.statement.subject): \(error.message)", status: 69)
    }
  }

  /// The statement whose digest a refusal names, when it is one of the same key about the same.
  private func named(in message: String, like signed: SignedStatement) async throws -> SignedStatement? {
    guard let hex = message.firstMatch(of: /[0-9a-f]{64}/)?.output, let digest = try? Digest32(hex: String(hex)),
      let bytes = try await reader.statement(digest), let there = try? SignedStatement(bytes),
      there.keyID == signed.keyID, there.statement.kind == .key, there.statement.subject == signed.statement.subject
    else { return nil }
    return there
  }

  private func call<In: WireMessage, Out: WireMessage>(_ procedure: Procedure<In, Out>, _ input: In) async throws -> Out
  {
    do { return try await storage.call(procedure, input, timeout: Self.timeout) } catch let error as RPCError {
      throw Failure("storage: \(error.message)", status: 69)
    }
  }
}
