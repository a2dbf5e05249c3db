import Cryptography
import Evidence
import Exact
import Receipts
import Testing

/// Executions of the real model with documents of a collection.
@Suite struct RetrievedExecutionTests {
  private static let asked =
    #""documents":[{"collection":"rivers","count":2},{"text":"Bread is baked."}],"max_tokens":5,"temperature":0"#

  private static func rivers(_ texts: String...) -> [RetrievedDocument] {
    texts.map { RetrievedDocument(item: 0, asset: "rivers", contributor: "ada", text: $0) }
  }

  private func executed() throws -> Executed {
    try Executed(Self.asked, retrieved: Self.rivers("Zambezi, Orinoco, Mekong.", "The Mekong is long."))
  }

  @Test("an answer from retrieved documents is executed again with them, and each set of them valued")
  func honest() throws {
    let executed = try executed()
    #expect(executed.execution.retrieved != nil && executed.execution.parameters.documents == 3)
    #expect(try executed.judge() == .agrees(positions: executed.tokens.count))
    let values = try executed.opened().documentValues(pool: ThreadPool(threads: 2)) { try EvidenceFixture.model() }
    #expect(values.count == 8 && values[1] > values[0], "naming rivers helps to name them")
  }

  @Test("a document that was dropped, another in its place, or one of another collection is found out")
  func other() throws {
    for documents in [
      Self.rivers("Zambezi, Orinoco, Mekong."), Self.rivers("Paper, paper.", "The Mekong is long."), [],
      [RetrievedDocument(item: 0, asset: "maps", contributor: "ada", text: "Zambezi, Orinoco, Mekong.")],
    ] {
      var lie = try executed()
      try lie.replace(.retrieved, RetrievedDocument.encode(documents))
      guard case .differs = try lie.judge() else {
        Issue.record("\(documents) were not noticed")
        continue
      }
    }
  }

  @Test("what was retrieved is opened where it is committed to, and nowhere else")
  func pieces() throws {
    func refusal(_ edit: (inout Executed) throws -> Void) throws -> String {
      var executed = try executed()
      try edit(&executed)
      do { _ = try executed.opened() } catch let error as EvidenceError { return "\(error)" }
      return ""
    }
    #expect(try refusal { $0.openings[.retrieved] = nil }.contains("the opening retrieved is missing"))
    #expect(try refusal { $0.execution.retrieved = nil }.contains("the opening \"retrieved\" is of nothing"))
    #expect(
      try refusal { $0.openings[.retrieved] = try Opening(salt: SHA256.hash([1]).bytes, data: [1]) }
        .contains("the opening retrieved does not open"))
    #expect(try refusal { _ in }.isEmpty)
  }
}
