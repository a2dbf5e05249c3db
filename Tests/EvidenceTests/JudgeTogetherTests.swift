import Cryptography
import Evidence
import Exact
import Receipts
import Testing

@Suite struct JudgeTogetherTests {
  /// Judgements by index; each must come once.
  private func judge(
    _ executions: [Executed], isCancelled: (Int) -> Bool = { _ in false },
    model: () throws -> ChatModel = { try EvidenceFixture.model() }
  ) throws -> [Judgement?] {
    var found = [Judgement?](repeating: nil, count: executions.count)
    let opened = try executions.map { try $0.opened() }
    try OpenedExecution.judge(opened, pool: ThreadPool(threads: 2), isCancelled: isCancelled, model: model) {
      #expect(found[$0] == nil, "judged twice")
      found[$0] = $1
    }
    return found
  }

  /// Honest ones and lies, of which some are plain without a model.
  private func mixture() throws -> [Executed] {
    let honest = try Executed.honest()
    var head = honest
    head.execution.activation = SHA256.hash([1])
    var count = honest
    count.execution.completionTokens += 1
    var prompt = honest
    prompt.execution.promptTokens += 1
    var token = honest
    token.tokens[4] = token.tokens[4] == 1000 ? 1001 : 1000
    try token.replace(.tokens, TokenIDs.encode([token.tokens]))
    return [honest, head, count, try Executed(#""max_tokens":5,"temperature":0"#), prompt, token, honest]
  }

  @Test("Executions that are judged together are judged as each is alone, in any order")
  func together() throws {
    let mixture = try mixture()
    let alone = try mixture.map { try $0.judge() }
    #expect(
      alone[0] == .agrees(positions: 8) && alone[3] == .agrees(positions: 5)
        && [1, 2, 4, 5].allSatisfy { if case .differs = alone[$0] { true } else { false } })
    var asked = 0
    let found = try judge(
      mixture,
      model: {
        asked += 1
        return try EvidenceFixture.model()
      })
    #expect(found == alone && asked == 1)
    #expect(try judge(mixture.reversed()) == alone.reversed())
  }

  @Test("One that is cancelled among others is undecided alone")
  func cancelled() throws {
    let mixture = try mixture()
    var expected: [Judgement?] = try mixture.map { try $0.judge() }
    expected[3] = .undecided(.cancelled)
    // One that its own statement contradicts has nothing that could be cancelled.
    #expect(try judge(mixture, isCancelled: { [2, 3].contains($0) }) == expected)
  }

  @Test(
    "No model is asked for by statements that contradict themselves, and one that is not there leaves the rest open")
  func model() throws {
    struct Asked: Error {}
    let mixture = try mixture()
    let plain = try judge([mixture[2], mixture[2]], model: { throw Asked() })
    #expect(plain == [try mixture[2].judge(), try mixture[2].judge()])
    #expect(throws: Asked.self) { try judge(mixture, model: { throw Asked() }) }
    #expect(try judge([], model: { throw Asked() }) == [])
  }
}
