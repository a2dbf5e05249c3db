import Codec
import Cryptography
import Foundation
import HTTPTypes
import RPC
import Receipts
import Synchronization
import Testing
import Wire

@testable import OrchestratorService

/// Evidence of trusted hardware on its way from inference to bundles, and the report route.
@Suite("Evidence of trusted hardware")
struct EvidenceTests {
  private static let nonce = String(repeating: "0a", count: 32)
  private static let path = "/v1/attestation/report"

  @Test("A report is bound to the nonce and comes with the key")
  func report() async throws {
    let world = try World()
    let service = try await world.ready()
    let peers = world.peers
    let key = try peers.executionKey
    peers.set { state in
      state.report = { nonce in
        AttestationReport(
          document: try peers.document(EvidenceNonce(asked: nonce)).encoded(), publicKey: key.raw,
          issuer: "https://i.test")
      }
    }
    let answer = try await service.ask(.get, "\(Self.path)?nonce=\(Self.nonce)")
    #expect(answer.status == 200, "\(answer.text)")
    let json = try answer.json
    #expect(
      json["object"] == "attestation.report" && json["kind"] == "simulated" && json["simulated"]?.boolValue == true)
    #expect(json["nonce"]?.stringValue == Self.nonce && json["iss"] == "https://i.test")
    #expect(json["key"]?.stringValue == Base64.encode(key.raw))
    #expect(json["kid"]?.stringValue == COSEKey(key).thumbprint.named)
    let document = try EvidenceDocument(Base64.decode(try #require(json["document"]?.stringValue)))
    #expect(Hex.encode(document.nonce.bytes) == Self.nonce && document.nonce.epoch == nil)
    #expect(world.peers.calls(.report) == 1)
  }

  @Test(
    "A nonce that is none is refused before inference is asked",
    arguments: [
      "", "?nonce=", "?nonce=0a", "?nonce=\(nonce)0a", "?nonce=\(String(repeating: "0g", count: 32))",
      "?nonce=\(nonce)&nonce=\(nonce)", "?other=\(nonce)",
      "?nonce=65706f63682f7631\(String(repeating: "0a", count: 24))",
    ])
  func nonces(query: String) async throws {
    let world = try World()
    let answer = try await world.ready().ask(.get, Self.path + query)
    #expect(answer.status == 400 && answer.errorCode == "invalid_value", "\(answer.text)")
    #expect(try answer.json["error"]?["param"] == "nonce")
    #expect(world.peers.calls(.report) == 0)
  }

  @Test("What inference says instead of a report has a status and a code of its own")
  func refusals() async throws {
    let world = try World()
    let service = try await world.ready()
    func ask(
      _ status: Int, _ code: String, _ report: @escaping @Sendable ([UInt8]) throws -> AttestationReport
    ) async throws {
      world.peers.set { $0.report = report }
      let answer = try await service.ask(.get, "\(Self.path)?nonce=\(Self.nonce)")
      #expect(answer.status == status && answer.errorCode == code, "\(answer.text)")
    }
    let peers = world.peers
    try await ask(404, "attestation_not_offered") { _ in throw RPCError(.failedPrecondition, "none") }
    try await ask(429, "rate_limit_exceeded") { _ in throw RPCError(.resourceExhausted, "full") }
    for code in [RPCCode.unavailable, .internal, .deadlineExceeded] {
      try await ask(503, "attestation_unavailable") { _ in throw RPCError(code, "away") }
    }
    let key = try peers.executionKey
    let other = try SigningKey.generate().publicKey
    try await ask(503, "attestation_unavailable") { _ in
      AttestationReport(document: [1], publicKey: key.raw, issuer: "i")
    }
    try await ask(503, "attestation_unavailable") { nonce in
      AttestationReport(
        document: try peers.document(EvidenceNonce(asked: Array(nonce.reversed().dropLast()) + [1])).encoded(),
        publicKey: key.raw, issuer: "i")
    }
    try await ask(503, "attestation_unavailable") { nonce in
      AttestationReport(
        document: try peers.document(EvidenceNonce(asked: nonce)).encoded(), publicKey: other.raw, issuer: "i")
    }
    let taken = try (0..<AttestationRoute.reportsMax).map { _ in try service.reportSlots.take() }
    try await ask(429, "rate_limit_exceeded") { _ in throw RPCError(.internal, "not asked") }
    withExtendedLifetime(taken) {}
    let post = try await service.ask(.post, Self.path)
    #expect(post.status == 405 && post.headers[.allow] == "GET")
  }

  @Test("Where keys are needed, the route needs one")
  func keys() async throws {
    let world = try World()
    let service = try await world.ready { $0.apiKeys = APIKeys(["another-key-of-16-bytes"]) }
    #expect(try await service.ask(.get, "\(Self.path)?nonce=\(Self.nonce)").status == 401)
  }

  @Test(
    "The document that an execution names is kept with its request, signed for by custody, and in everybody's bundle")
  func bundle() async throws {
    let world = try World()
    let service = try await world.ready()
    let document = try world.peers.nameEvidence()
    let answer = try await service.chat()
    let id = try #require(answer.receiptID)
    let bundle = try Bundle(try await service.bundle(id).body)
    #expect(bundle.evidence == document)
    let custody = try CustodyPredicate(SignedStatement(try #require(bundle.statements[.custody])).statement.predicate)
    let kept = try #require(custody.blobs.first { $0.name == SHA256.hash(document) })
    #expect(kept.retention == .evidence && kept.bytes == UInt64(document.count))

    var trust = try world.trust()
    #expect(BundleVerifier(policy: trust).verify(try bundle.encoded())[.tee]?.state == .notChecked)
    trust.tee = TrustPolicy.TEE(kinds: [.simulated])
    let believing = BundleVerifier(
      policy: trust, appraise: { document, _, _ in Check(.tee, .pass, document.kind.rawValue) })
    let report = believing.verify(try bundle.encoded())
    #expect(report[.tee] == Check(.tee, .pass, "simulated") && report.isAccepted, "\(report.checks)")
  }

  @Test("Evidence that storage does not have, or has other bytes of, ends in no receipt until it is there")
  func missing() async throws {
    let world = try World()
    let service = try await world.ready()
    let document = try world.peers.nameEvidence()
    world.peers.set { $0.blobs[SHA256.hash(document)] = [9] }
    let answer = try await service.chat()
    #expect(answer.status == 503 && answer.errorCode == "receipt_unavailable", "\(answer.text)")
    world.peers.set { $0.blobs[SHA256.hash(document)] = document }
    await service.recovery.round()
    let id = try #require(answer.receiptID)
    #expect(try Bundle(try await service.bundle(id).body).evidence == document)
    // Gone later, it is left out.
    world.peers.set { $0.blobs[SHA256.hash(document)] = nil }
    #expect(try Bundle(try await service.bundle(id).body).evidence == nil)
  }

  @Test("POST /v1/verify appraises evidence by this server's own policy")
  func verify() async throws {
    let world = try World()
    let service = try await world.ready()
    _ = try world.peers.nameEvidence()
    let answer = try await service.chat()
    let bundle = try await service.bundle(try #require(answer.receiptID)).body
    var trust = try world.trust(required: [.tee])
    trust.tee = TrustPolicy.TEE(kinds: [.simulated])
    try Data(trust.json.serialized()).write(to: URL(fileURLWithPath: "\(world.folder)/trust.json"))
    let said = try await service.ask(.post, "/v1/verify", bytes: bundle)
    let tee = try said.json["checks"]?.arrayValue?.first { $0["name"] == "tee" }
    // Three bytes are no evidence, which only an appraisal finds.
    #expect(
      tee?["state"] == "fail"
        && tee?["detail"]?.stringValue?.hasPrefix("simulated, no trusted hardware: format") == true)
    #expect(try said.json["accepted"]?.boolValue == false)
  }
}
