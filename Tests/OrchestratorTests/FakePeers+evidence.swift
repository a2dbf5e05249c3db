import Codec
import Cryptography
import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

extension FakePeers {
  func report(_ nonce: [UInt8], _ call: CallContext?) async throws -> AttestationReport {
    let answer = state.withLock { $0.report }
    return try run(.report) { try answer(nonce) }
  }

  var executionKey: VerifyingKey {
    get throws {
      guard let key = keys["execution"] else { throw RPCError(.internal, "no key") }
      return key.publicKey
    }
  }

  /// A simulated document of the execution key, signed by `root`.
  func document(_ nonce: EvidenceNonce, key: VerifyingKey? = nil) throws -> EvidenceDocument {
    let keyID = COSEKey(try key ?? executionKey).thumbprint
    return EvidenceDocument(kind: .simulated, keyID: keyID, nonce: nonce, evidence: [1, 2, 3])
  }

  /// From now on executions name a document of this epoch, which storage has. Returns it.
  func nameEvidence(fromUnixMs: UInt64 = 0, toUnixMs: UInt64 = 100) throws -> [UInt8] {
    let bytes = try document(EvidenceNonce(fromUnixMs: fromUnixMs, toUnixMs: toUnixMs)).encoded()
    set { state in
      state.evidence = SHA256.hash(bytes)
      state.blobs[SHA256.hash(bytes)] = bytes
    }
    return bytes
  }
}
