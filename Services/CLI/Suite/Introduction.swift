import Codec
import Cryptography
import Foundation
import MerkleLog
import RPC
import Receipts
import Wire

/// Asks each service who it is, and writes down who may register what in the log, and whom a verifier may believe.
struct Introduction {
  private static let timeout = Duration.seconds(20)

  let data: DataOption
  let urls: [String: String]

  func run() async throws {
    var issuers = [try operatorIssuer()]
    for (service, procedure) in Self.identities {
      issuers.append(try issuer(try await client(service).call(procedure, IdentityRequest(), timeout: Self.timeout)))
    }
    let keys = try await client("storage").call(
      StorageProcedures.getLogKeys, GetLogKeysRequest(), timeout: Self.timeout)
    let register = try KeyRegister(urls["storage"] ?? "", data)
    try requireLiving(issuers, register.folder)
    // Before a new key is admitted: nothing that it signed stands further left.
    let size = try await register.logSize()
    try register.folder.registration.write(issuers + ContributorFolder.issuers(data))
    // A policy that this suite writes about itself now says nothing of what its keys were good for before.
    _ = try await register.beginAll(from: size)
    try writeTrust(issuers, keys)
  }

  /// A key that was retired is not admitted again.
  private func requireLiving(_ issuers: [TrustPolicy.Issuer], _ folder: KeyFolder) throws {
    for issuer in issuers {
      let keyID = COSEKey(issuer.key).thumbprint
      guard try folder.remembered(keyID, .end) != nil else { continue }
      let path = try folder.signer(issuer.key)?.path ?? "its file"
      throw Failure(
        "the key \(keyID.named) of \(issuer.issuer) was retired: remove \(path), so that the next start makes a new one",
        status: 78)
    }
  }

  private static let identities: [(String, Procedure<IdentityRequest, Identity>)] = [
    ("inference", InferenceProcedures.getIdentity), ("verification", VerificationProcedures.getIdentity),
    ("storage", StorageProcedures.getIdentity), ("attribution", AttributionProcedures.getIdentity),
    ("orchestrator", OrchestratorProcedures.getIdentity),
  ]

  private func client(_ service: String) throws -> RPCClient { try Peers.client(urls[service] ?? "", data) }

  private func issuer(_ identity: Identity) throws -> TrustPolicy.Issuer {
    let kinds = identity.kinds.compactMap(StatementKind.init(rawValue:))
    // Each key speaks for itself too.
    return TrustPolicy.Issuer(
      issuer: identity.issuer, key: try VerifyingKey(raw: identity.publicKey), kinds: Set(kinds).union([.key]))
  }

  private func operatorIssuer() throws -> TrustPolicy.Issuer {
    let key = try OperatorKey.load(data).publicKey
    return TrustPolicy.Issuer(issuer: OperatorKey.issuer, key: key, kinds: [.model, .key])
  }

  /// The policy is its owner's: one that exists is left as it is, and a difference is said.
  private func writeTrust(_ issuers: [TrustPolicy.Issuer], _ keys: LogKeys) throws {
    // A majority: one witness may be away, and no two halves can each be shown a tree of their own.
    let witnesses = try keys.witnessVkeys.map { try NoteVerifierKey($0) }
    let log = try CheckpointPolicy(
      origin: keys.origin, logKey: try NoteVerifierKey(keys.checkpointVkey), witnesses: witnesses,
      quorum: witnesses.isEmpty ? 0 : witnesses.count / 2 + 1)
    let policy = TrustPolicy(
      log: log, receiptLogKey: try VerifyingKey(raw: keys.receiptKey), issuers: issuers,
      manifestSigners: [issuers[0].keyID], manifestDigests: [], profiles: [ExecutionPredicate.profileExact],
      attributionPolicies: [], required: [.signatures, .binding, .inclusion, .model],
      timestampRoots: try keys.timestampRoots.map { try TimestampRoot(der: $0) })
    if let bytes = try? Files.bytes(data.trust.path) {
      let old = try? TrustPolicy(bytes)
      guard old != policy else { return }
      let known = Set(old?.issuers.map(\.keyID) ?? [])
      for issuer in issuers where !known.contains(issuer.keyID) {
        Console.error("note: \(data.trust.path) does not list the key of \(issuer.issuer); it is left as it is")
      }
      for issuer in issuers {
        let kinds = old?.issuers.first { $0.keyID == issuer.keyID }.map { issuer.kinds.subtracting($0.kinds) } ?? []
        for kind in kinds.map(\.rawValue).sorted() {
          Console.error("note: \(data.trust.path) does not list \(issuer.issuer) for '\(kind)'; it is left as it is")
        }
      }
      for witness in witnesses where old?.log.witnesses.contains(witness) == false {
        Console.error("note: \(data.trust.path) does not list the witness \(witness); it is left as it is")
      }
      return
    }
    try Files.write(policy.json.serialized() + [UInt8(ascii: "\n")], to: data.trust)
  }
}
