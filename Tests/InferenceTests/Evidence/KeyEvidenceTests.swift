import Cryptography
import RPC
import Receipts
import Testing

@testable import InferenceService

/// One document an epoch, kept before it is named.
@Suite struct KeyEvidenceTests {
  @Test("the first document is kept once, however many ask, and named for its epoch")
  func once() async throws {
    let bench = EvidenceBench()
    let evidence = try bench.evidence()
    try await evidence.begin()
    #expect(bench.get { $0.made } == 1 && bench.get { $0.keepCalls } == 0)
    let named = try await withThrowingTaskGroup(of: KeyEvidence.Named.self) { group in
      for _ in 0..<16 { group.addTask { try await evidence.named() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(named.count == 16 && named.allSatisfy { $0 == named[0] })
    #expect(bench.get { $0.made } == 1 && bench.get { $0.keepCalls } == 1)
    let bytes = try #require(bench.get { $0.kept[named[0].digest] })
    let (document, keyID) = (try EvidenceDocument(bytes), try EvidenceParts.keyID())
    #expect(SHA256.hash(bytes) == named[0].digest && document.keyID == keyID)
    #expect(document.nonce.epoch == named[0].epoch)
    #expect(
      named[0].epoch.fromUnixMs == bench.get { $0.nowMs }
        && named[0].epoch.toUnixMs - named[0].epoch.fromUnixMs == 40_000)
  }

  @Test(
    "in the last quarter of an epoch the next is made; when it cannot be, the old one stands to its end and no longer")
  func renewal() async throws {
    let bench = EvidenceBench()
    let evidence = try bench.evidence()
    try await evidence.begin()
    let first = try await evidence.named()
    bench.set { $0.nowMs += 29_999 }
    #expect(try await evidence.named() == first)
    bench.set { state in
      state.nowMs += 1
      state.providerError = EvidenceFailure.refused("broken")
    }
    #expect(try await evidence.named() == first)
    bench.set { $0.nowMs += 9_999 }
    #expect(try await evidence.named() == first)
    bench.set { $0.nowMs += 1 }
    await #expect(throws: EvidenceFailure.refused("broken")) { try await evidence.named() }
    bench.set { $0.providerError = nil }
    let second = try await evidence.named()
    #expect(second.digest != first.digest && second.epoch.fromUnixMs == bench.get { $0.nowMs })
    #expect(bench.get { $0.kept.count } == 2)
  }

  @Test("what cannot be kept is not named, and is kept when storage is back; too old, it is made anew")
  func keeping() async throws {
    let bench = EvidenceBench()
    let evidence = try bench.evidence()
    try await evidence.begin()
    bench.set { $0.keepError = RPCError(.unavailable, "storage is down") }
    await #expect(throws: RPCError.self) { try await evidence.named() }
    bench.set { $0.keepError = nil }
    let named = try await evidence.named()
    #expect(bench.get { $0.made } == 1 && bench.get { $0.kept[named.digest] } != nil)

    let late = try bench.evidence()
    try await late.begin()
    bench.set { $0.nowMs += 35_000 }
    #expect(try await late.named().epoch.fromUnixMs == bench.get { $0.nowMs })
    #expect(bench.get { $0.made } == 3)
  }

  @Test("hardware that gives nothing stops the start")
  func start() async throws {
    let bench = EvidenceBench()
    bench.set { $0.providerError = EvidenceFailure.refused("no TEE here") }
    let evidence = try bench.evidence()
    await #expect(throws: EvidenceFailure.refused("no TEE here")) { try await evidence.begin() }
  }

  @Test("a report is fresh, for the nonce that was asked with, of no epoch and not kept")
  func report() async throws {
    let bench = EvidenceBench()
    let evidence = try bench.evidence()
    let nonce = try EvidenceParts.nonce.get()
    let document = try EvidenceDocument(try await evidence.report(nonce))
    #expect(document.nonce == nonce && document.nonce.epoch == nil && bench.get { $0.kept.isEmpty })
    _ = try await evidence.report(nonce)
    #expect(bench.get { $0.made } == 2)
  }
}
