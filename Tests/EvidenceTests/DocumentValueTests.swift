import Credit
import Cryptography
import Evidence
import Exact
import Foundation
import Receipts
import Testing

/// What documents do for an answer of the real model.
@Suite struct DocumentValueTests {
  static let documents =
    #""documents":[{"title":"Rivers","text":"Zambezi, Orinoco, Mekong.","contributor":"ada"},"#
    + #"{"text":"Bread is baked.","contributor":"bob"}],"max_tokens":6,"temperature":0"#

  private func values(_ executed: Executed, isCancelled: () -> Bool = { false }) throws -> [Int64] {
    try executed.opened().documentValues(pool: ThreadPool(threads: 2), isCancelled: isCancelled) {
      try EvidenceFixture.model()
    }
  }

  @Test("the values are those of one whole pass for each subset, and the answer is executed again with its documents")
  func honest() throws {
    let executed = try Executed(Self.documents)
    #expect(try executed.judge() == .agrees(positions: 6))
    let found = try values(executed)
    let model = try EvidenceFixture.model()
    let request = try ChatRequest(body: try #require(executed.openings[.request]).data)
    let once = try (0..<4).map { coalition in
      let prompt = try model.render(request.messages(given: coalition).map(ChatMessage.init))
      return try AnswerScorer(
        [executed.tokens], on: model, pool: ThreadPool(threads: 1), contextLimit: prompt.count + 6
      ).logProbability(after: prompt)
    }
    #expect(found == once, "a prefix that is kept changes no bit")
    #expect(found.allSatisfy { $0 <= 0 } && found[1] > found[0], "naming rivers helps to name them")
    let opening = try Opening(salt: [UInt8](repeating: 1, count: 32), data: DocumentScores.data(found))
    let scores = try DocumentScores(opening, sources: request.parameters.documents.map(\.source))
    #expect(scores.lines.reduce(0) { $0 + $1.score } == 2 * Int128(found[3] - found[0]))
  }

  @Test("an empty answer is worth nothing, a cancelled one is not valued, and neither is one without documents")
  func edges() throws {
    #expect(throws: GenerationError.cancelled) { try values(try Executed(Self.documents), isCancelled: { true }) }
    #expect(throws: Finding.self) { try values(try Executed.honest()) }
    let model = try EvidenceFixture.model()
    let scorer = try AnswerScorer([[]], on: model, pool: ThreadPool(threads: 1), contextLimit: 8)
    #expect(try scorer.logProbability(after: [1, 2]) == 0)
    #expect(throws: GenerationError.emptyPrompt) { try scorer.logProbability(after: []) }
    #expect(throws: GenerationError.self) {
      try AnswerScorer([[.max]], on: model, pool: ThreadPool(threads: 1), contextLimit: 8)
    }
  }

  @Test("a part of the sets is valued as the whole is, and what is no part of them is refused")
  func parts() throws {
    let executed = try Executed(Self.documents)
    let opened = try executed.opened()
    func part(_ turns: Range<Int>) throws -> [Int64] {
      try opened.documentValues(turns: turns, pool: ThreadPool(threads: 2)) { try EvidenceFixture.model() }
    }
    let whole = try part(0..<4)
    #expect(try DocumentSets.bySet(whole) == values(executed) && part(1..<3) == Array(whole[1..<3]))
    for turns in [0..<5, 4..<5, 2..<2, -1..<1] {
      let finding = #expect(throws: Finding.self) { try part(turns) }
      #expect(finding?.text == "the sets of its 2 documents are 4")
    }
    func value(_ set: DocumentSet) throws -> [Int64] {
      try opened.documentValues(of: [set], pool: ThreadPool(threads: 2)) { try EvidenceFixture.model() }
    }
    #expect(try value(DocumentSet([1])) == [whole[1]])
    for set in [DocumentSet([2]), DocumentSet([0, 255])] {
      let finding = #expect(throws: Finding.self) { try value(set) }
      #expect(finding?.text == "a set has a document that is none of its 2")
    }
  }

  @Test("nothing is valued on another model than the manifest's")
  func otherModel() throws {
    var executed = try Executed.honest()
    let message = #"{"role":"user","content":"Name three rivers."}"#
    try executed.replace(
      .request, Array(#"{"model":"smollm2","messages":[\#(message)],"documents":[{"text":"x"}]}"#.utf8))
    executed.manifest.fileDigest = SHA256.hash([1])
    executed.execution.manifest = try executed.manifest.digest()
    let opened = try executed.opened()
    let error = #expect(throws: GenerationError.self) {
      try opened.documentValues(pool: ThreadPool(threads: 1), isCancelled: { true }) { try EvidenceFixture.model() }
    }
    #expect(error != .cancelled)
  }

  @Test("every set of up to 12 documents is valued, and of more those that are named", arguments: [0, 12, 13])
  func enumerable(count: Int) throws {
    var executed = try Executed.honest()
    let documents = (0..<count).map { #"{"text":"Text \#($0)."}"# }.joined(separator: ",")
    let message = #"{"role":"user","content":"Name three rivers."}"#
    try executed.replace(
      .request, Array(#"{"model":"smollm2","messages":[\#(message)],"documents":[\#(documents)]}"#.utf8))
    let opened = try executed.opened()
    do {
      _ = try opened.documentValues(turns: 0..<1, pool: ThreadPool(threads: 1), isCancelled: { true }) {
        try EvidenceFixture.model()
      }
      Issue.record("\(count) documents were valued")
    } catch let finding as Finding {
      let text = count == 0 ? "the request has no documents" : "the sets of its 13 documents are too many"
      #expect(count != 12 && finding.text.hasPrefix(text))
    } catch GenerationError.cancelled { #expect(count == 12) }
  }

  @Test("a document that was dropped, or another in its place, is another prompt", arguments: ["Zambezi", "Bread"])
  func otherDocument(word: String) throws {
    var executed = try Executed(Self.documents)
    let body = try #require(executed.openings[.request]).data
    let other = Array(String(decoding: body, as: UTF8.self).replacing(word, with: "Paper").utf8)
    let opening = try Opening(salt: [UInt8](repeating: 7, count: 32), data: other)
    executed.openings[.request] = opening
    executed.execution.request = try opening.commitment(for: .request)
    guard case .differs = try executed.judge() else {
      Issue.record("another document was not noticed")
      return
    }
  }
}
