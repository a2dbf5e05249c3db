import Cryptography
import Evidence
import Exact
import Foundation
import Receipts
import Testing

@Suite struct JudgeTests {
  private func finding(_ judgement: Judgement, sourceLocation: SourceLocation = #_sourceLocation) throws -> Finding {
    guard case .differs(let finding, _) = judgement else {
      Issue.record("\(judgement)", sourceLocation: sourceLocation)
      throw CancellationError()
    }
    return finding
  }

  @Test(
    "honest evidence agrees at every position",
    arguments: [#""max_tokens":8,"temperature":0"#, #""max_tokens":8,"temperature":1.2,"top_k":50,"seed":9"#])
  func honest(parameters: String) throws {
    let executed = try Executed(parameters)
    #expect(try executed.judge() == .agrees(positions: 8))
  }

  @Test("a changed parameter is named")
  func parameter() throws {
    var executed = try Executed.honest()
    executed.execution.parameters.temperature = Real(0.7, literal: "0.7")
    let finding = try finding(executed.judge())
    #expect(finding.text == "not the parameters that the request leads to: temperature" && finding.position == nil)
  }

  @Test("a wrong token is named with its position", arguments: [0, 4])
  func token(position: Int) throws {
    var executed = try Executed.honest()
    executed.tokens[position] = executed.tokens[position] == 1000 ? 1001 : 1000
    try executed.replace(.tokens, TokenIDs.encode([executed.tokens]))
    let text = try EvidenceFixture.model().text(of: executed.tokens)
    let choice = AnswerContent.Choice(index: 0, text: text, finishReason: executed.execution.finishReason)
    try executed.replace(.content, AnswerContent(choices: [choice]).encoded())
    let judgement = try executed.judge()
    #expect(try finding(judgement).position == position)
    #expect(try finding(judgement).text == "the token at position \(position) is not what the sampler picks there")
  }

  @Test("another activation head is named, and a statement against its own openings needs no model")
  func contradictions() throws {
    let honest = try Executed.honest()
    var head = honest
    head.execution.activation = SHA256.hash([1])
    #expect(try finding(head.judge()).text == "the signed head is not that of the activation chain")
    var count = honest
    count.execution.completionTokens += 1
    struct Asked: Error {}
    let judgement = try count.opened().judge(pool: ThreadPool(threads: 1)) { throw Asked() }
    #expect(try finding(judgement).text == "the answer has 8 tokens, 9 are stated")
    #expect(throws: Asked.self) { try honest.opened().judge(pool: ThreadPool(threads: 1)) { throw Asked() } }
  }

  @Test("another model file decides nothing and is named by its digest")
  func otherModel() throws {
    let path = try EvidenceFixture.modelPath()
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let tensor = try #require(GGUFFile.open(path: path).tensor(named: "blk.11.attn_output.weight"))
    bytes[tensor.offset + 4] ^= 0x01  // behind the two scales of the first block
    let other = FileManager.default.temporaryDirectory.appendingPathComponent("evidence-\(UUID().uuidString).gguf")
    defer { try? FileManager.default.removeItem(at: other) }
    try Data(bytes).write(to: other)
    let model = try ChatModel.load(path: other.path, kernel: .automatic, threads: 2)
    let expected = try EvidenceFixture.model().identity.fileDigest.hex
    #expect(
      try Executed.honest().judge(on: model)
        == .undecided(.otherModel(part: "file digest", found: SHA256.hash(bytes).hex, expected: expected)))
  }

  @Test("a cancelled judgement decides nothing")
  func cancelled() throws {
    #expect(try Executed.honest().judge(isCancelled: { true }) == .undecided(.cancelled))
  }
}
