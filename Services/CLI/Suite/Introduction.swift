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
    try writeRegistration(issuers)
    try writeTrust(issuers, keys)
  }

  private static let identities: [(String, Procedure<IdentityRequest, Identity>)] = [
    ("inference", InferenceProcedures.getIdentity), ("verification", VerificationProcedures.getIdentity),
    ("storage", StorageProcedures.getIdentity), ("attribution", AttributionProcedures.getIdentity),
    ("orchestrator", OrchestratorProcedures.getIdentity),
  ]

  private func client(_ service: String) throws -> RPCClient { try Peers.client(urls[service] ?? "", data) }

  private func issuer(_ identity: Identity) throws -> TrustPolicy.Issuer {
    let kinds = identity.kinds.compactMap(StatementKind.init(rawValue:))
    return TrustPolicy.Issuer(
      issuer: identity.issuer, key: try VerifyingKey(raw: identity.publicKey), kinds: Set(kinds))
  }

  private func operatorIssuer() throws -> TrustPolicy.Issuer {
    let key = try OperatorKey.load(data).publicKey
    return TrustPolicy.Issuer(issuer: OperatorKey.issuer, key: key, kinds: [.model])
  }

  /// Which keys the log admits, and for what. Storage reads the file again when it changes.
  private func writeRegistration(_ issuers: [TrustPolicy.Issuer]) throws {
    let rows = issuers.map { issuer -> JSON in
      [
        "iss": .string(issuer.issuer), "kid": .string("sha256:" + Hex.encode(issuer.keyID)),
        "key": .string(Base64.encode(issuer.key.raw)),
        "kinds": .array(issuer.kinds.map(\.rawValue).sorted().map { .string($0) }),
      ]
    }
    let bytes = JSON.array(rows).serialized()
    let url = data.folder.appending(path: "storage/registration.json")
    if (try? Files.bytes(url.path)) != bytes { try Files.write(bytes, to: url) }
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
