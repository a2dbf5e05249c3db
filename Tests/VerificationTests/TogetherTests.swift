import Cryptography
import Exact
import RPC
import Receipts
import Testing

@testable import VerificationService

/// Re-executions that meet at the engine.
@Suite struct TogetherTests {
  private func execution() async throws -> Execution {
    try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
  }

  private func lie(_ honest: Execution) throws -> Execution {
    var lie = honest
    try lie.forge { $0.activation = SHA256.hash([1]) }
    return lie
  }

  @Test("Calls that meet are executed together, each with its own verdict, past what waits between them")
  func meeting() async throws {
    let engine = try await HeldEngine()
    let honest = try await execution()
    let first = try await engine.hold()
    let one = try await engine.post(honest.under(1))
    let between = try engine.holdBehind()
    let two = try await engine.post(lie(honest.under(2)))
    let three = try await engine.post(honest.under(3))
    try await engine.waits(4)
    first.end()
    var ids: [ReceiptID] = []
    for (call, result) in [(one, VerdictPredicate.Result.pass), (two, .fail), (three, .pass)] {
      let verdict = try await call.value
      #expect(verdict.predicate.result == result && verdict.isSigned)
      ids.append(verdict.predicate.receiptID)
    }
    try await engine.waits(0)
    #expect(between.isHolding)
    #expect(ids == (try (1...3).map { try honest.under($0).predicate.receiptID }))
    between.end()
  }

  @Test("A caller that goes frees its place at once, and disturbs nobody")
  func leaving() async throws {
    let engine = try await HeldEngine(waitingMax: 3)
    let honest = try await execution()
    let hold = try await engine.hold()
    let one = try await engine.post(honest.under(1))
    let two = try await engine.post(honest.under(2))
    let three = try await engine.post(lie(honest.under(3)))
    let refusal = await #expect(throws: RPCError.self) {
      try await VerificationFixture.reexecute(honest.under(4), by: engine.service)
    }
    #expect(try #require(refusal).code == .resourceExhausted)
    two.cancel()
    await #expect(throws: CancellationError.self) { try await two.value }
    try await engine.waits(2)
    #expect(hold.isHolding)
    let five = try await engine.post(honest.under(5))
    hold.end()
    #expect(try await one.value.predicate.result == .pass)
    #expect(try await three.value.predicate.finding == "the signed head is not that of the activation chain")
    #expect(try await five.value.predicate.result == .pass)
    // Who has gone before it could be posted has no place to free.
    let gone = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await VerificationFixture.reexecute(honest.under(6), by: engine.service)
    }
    await #expect(throws: CancellationError.self) { try await gone.value }
  }

  @Test(
    "An answer that fills passes by itself, or is as large, is left to its own turn, and nobody younger overtakes it")
  func long() async throws {
    let engine = try await HeldEngine()
    let honest = try await execution()
    var long = try honest.under(2)
    try long.forge { $0.promptTokens = WaitingReexecutions.batchTokensMax }
    // Few tokens are stated of it.
    var large = try honest.under(3)
    let request = try #require(honest.openings[.request]).data
    try large.replace(.request, request + [UInt8](repeating: 0x20, count: 128 * WaitingReexecutions.batchTokensMax))
    for (left, finding) in [(long, "are stated"), (large, "")] {
      let first = try await engine.hold()
      let one = try await engine.post(honest.under(1))
      let between = try engine.holdBehind()
      let two = try await engine.post(left)
      let three = try await engine.post(honest.under(4))
      first.end()
      #expect(try await one.value.predicate.result == .pass)
      try await engine.waits(2)
      #expect(between.isHolding)
      between.end()
      let verdict = try await two.value.predicate
      #expect(verdict.finding.contains(finding) || finding.isEmpty)
      #expect(try await three.value.predicate.result == .pass)
    }
  }

  @Test("Answers of another model are not taken along: one that is not here is refused alone")
  func models() async throws {
    let engine = try await HeldEngine()
    let honest = try await execution()
    var manifest = try ModelManifest(SignedStatement(honest.modelStatement).statement.predicate)
    manifest.licence = "MIT"
    var other = try honest.under(2)
    other.modelStatement = try SignedStatement(
      signing: manifest.statement(issuer: "https://operator.example", issuedAt: 1), with: SigningKey.generate()
    ).bytes
    let digest = try manifest.digest()
    try other.forge { $0.manifest = digest }
    let first = try await engine.hold()
    let one = try await engine.post(honest.under(1))
    let between = try engine.holdBehind()
    let two = try await engine.post(other)
    let three = try await engine.post(honest.under(3))
    first.end()
    #expect(try await one.value.predicate.result == .pass)
    #expect(try await three.value.predicate.result == .pass)
    try await engine.waits(1)
    #expect(between.isHolding)
    between.end()
    let refusal = await #expect(throws: RPCError.self) { try await two.value }
    #expect(try #require(refusal).code == .failedPrecondition)
  }
}
