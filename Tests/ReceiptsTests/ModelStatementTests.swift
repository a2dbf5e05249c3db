import Cryptography
import Testing

@testable import Receipts

/// The statement that a model's signature is over.
@Suite struct ModelStatementTests {
  @Test func `it is about one model, and no second stands behind it`() throws {
    let resources = try ModelResources(model: "m", resources: [.init(path: "a", digest: SHA256.hash([1]).bytes)])
    let text = String(decoding: try resources.statement(), as: UTF8.self)
    #expect(try ModelResources(statement: Array(text.utf8)) == resources && text.hasSuffix("}]}"))
    let two = Array((text.dropLast(2) + #",{"name":"x"}]}"#).utf8)
    #expect(throws: ReceiptError.field("model signature: subject", why: "must be one, with a name")) {
      try ModelResources(statement: two)
    }
  }
}
