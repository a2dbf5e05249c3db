import Testing

@testable import Receipts

/// How much is read of what was retrieved for a request.
@Suite struct RetrievedLimitTests {
  private static func found(_ item: Int, _ text: String, asset: String = "book", contributor: String = "ada")
    -> RetrievedDocument
  {
    RetrievedDocument(item: item, asset: asset, contributor: contributor, text: text)
  }

  @Test func `a list has at most 4 MiB and 256 documents, each of an asset and a contributor`() throws {
    let limit = 4 << 20
    #expect(throws: ReceiptError.limit(name: "retrieved bytes", limit: limit, got: limit + 1)) {
      try RetrievedDocument.list([UInt8](repeating: 0x20, count: limit + 1))
    }
    var most = (0..<63).map { _ in Self.found(1, String(repeating: "x", count: 65_536)) }
    let rest = try limit - RetrievedDocument.encode(most + [Self.found(1, "")]).count
    most.append(Self.found(1, String(repeating: "x", count: rest)))
    #expect(try RetrievedDocument.list(RetrievedDocument.encode(most)).count == 64)
    for (count, isRead) in [(256, true), (257, false)] {
      let list = try RetrievedDocument.encode((0..<count).map { Self.found(1, "\($0)") })
      #expect(((try? RetrievedDocument.list(list)) != nil) == isRead)
    }
    for wrong in [Self.found(1, "x", asset: "a b"), Self.found(1, "x", contributor: "a b")] {
      #expect(throws: ReceiptError.field("retrieved[0]", why: "has what is no id")) {
        try RetrievedDocument.list(RetrievedDocument.encode([wrong]))
      }
    }
  }
}
