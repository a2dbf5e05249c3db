import Codec
import Credit
import Cryptography
import Testing

@testable import Receipts

/// The opened spans of an answer by themselves: what is refused, what is stated of them, and the proof of a line.
@Suite struct AnswerSpansTests {
  private func line(
    _ span: Int, _ start: Int, _ length: Int, paid: Int? = nil, choice: Int = 0, by contributor: String = "ada",
    committed: UInt64 = 1
  ) -> SpanLine {
    SpanCheckTests.line(
      span, start, length, paid: paid, choice: choice, by: contributor, committed: committed)
  }

  @Test func `spans that could not be of the answer are refused`() throws {
    #expect(try SpanCheckTests.spans([line(0, 0, 4), line(1, 2, 4, paid: 2)]).lines.count == 2)
    let wrong: [(String, [SpanLine])] = [
      ("behind the words", [line(0, 4, 3)]), ("far behind", [line(0, 1 << 52, 1 << 52)]),
      ("another choice", [line(0, 0, 2, choice: 2)]), ("paid for more", [line(0, 0, 2, paid: 3)]),
      ("paid for nothing", [line(0, 0, 2, paid: 0)]), ("paid for less", [line(0, 0, 2, paid: 1)]),
      ("paid twice", [line(0, 0, 4), line(1, 2, 4)]),
      ("the later of equal ones first", [line(0, 0, 4, paid: 2), line(1, 2, 4)]),
      ("inside another", [line(0, 0, 4), line(1, 1, 3, paid: 1)]),
      ("out of order", [line(0, 3, 2), line(1, 0, 2)]),
      ("choices out of order", [line(0, 0, 2, choice: 1), line(1, 0, 2)]),
      ("twice", [line(0, 0, 2), line(1, 0, 2)]),
      ("committed behind the registry", [line(0, 0, 2, committed: 3)]),
      ("no id", [line(0, 0, 2, by: "a b")]),
    ]
    for (name, lines) in wrong {
      #expect(throws: ReceiptError.self, "\(name)") { try SpanCheckTests.spans(lines) }
    }
    // What is inside another would be paid for nothing too, and is refused for what it is.
    for lines in [
      [line(0, 0, 2), line(1, 0, 2)], [line(0, 0, 2), line(1, 0, 4)], [line(0, 0, 4), line(1, 2, 2)],
      [line(0, 0, 4), line(1, 1, 2)], [line(0, 1, 2), line(1, 0, 4)], [line(0, 0, 2, choice: 1), line(1, 0, 2)],
    ] {
      #expect(throws: ReceiptError.field("span 1", why: "is out of order, or inside another")) {
        try SpanCheckTests.spans(lines)
      }
    }
    for paid in [0, 3] {
      #expect(throws: ReceiptError.field("span 0", why: "of 2 words is paid for \(paid)")) {
        try SpanCheckTests.spans([line(0, 0, 2, paid: paid)])
      }
    }
    #expect(try SpanCheckTests.spans([line(0, 0, 2)], of: ["a b"]).weights.map(\.contributor) == ["ada"])
    #expect(throws: ReceiptError.self, "no records") {
      try SpanCheckTests.spans([line(0, 0, 2)], RegistrySnapshot(size: 3, root: SHA256.hash([9])))
    }
    let data = try SpanCheckTests.encoded([line(0, 0, 2)])
    for lie in [data + [0x20], Array(data.dropLast()), Array("{}".utf8), []] {
      #expect(throws: ReceiptError.self) {
        try AnswerSpans(Opening(salt: World.salt("spans"), data: lie), of: ["a b c"])
      }
    }
    let words = Array(repeating: "a", count: 1 << 20).joined(separator: " ")
    #expect(try SpanCheckTests.spans([], of: [words]).tokens == 1 << 20)
    #expect(throws: ReceiptError.limit(name: "words of an answer", limit: 1 << 20, got: 1 << 20 + 1)) {
      try SpanCheckTests.spans([], of: [words, "a"])
    }
    let more = String(decoding: data, as: UTF8.self).replacing(#""spans":"#, with: #""sp":1,"spans":"#)
    #expect(throws: ReceiptError.unknownField("spans.sp")) {
      try AnswerSpans(Opening(salt: World.salt("spans"), data: Array(more.utf8)), of: ["a b c"])
    }
    let asset = String(decoding: data, as: UTF8.self).replacing(#""asset":"book""#, with: #""asset":"a b""#)
    #expect(throws: ReceiptError.field("span 0", why: "has what is no id")) {
      try AnswerSpans(Opening(salt: World.salt("spans"), data: Array(asset.utf8)), of: ["a b c"])
    }
  }

  @Test func `limits of what is stated`() throws {
    let stated = try SpanCheckTests.spans([line(0, 0, 2)]).stated
    for (spans, words, isRead) in [
      (16_384, 16_384, true), (16_384, 1 << 20, true), (16_385, 1 << 20, false), (16_384, 16_383, false),
      (0, 1 << 20 + 1, false),
    ] {
      let most = stated.json.with(["spans"], .integer(spans)).with(["tokens"], .integer(words))
      #expect(((try? StatedSpans(try Fields(most, "stated"))) != nil) == isRead, "\(spans) of \(words)")
    }
    for path in [["more"], ["registry", "more"]] {
      #expect(throws: ReceiptError.unknownField("stated.\(path.joined(separator: "."))")) {
        try StatedSpans(try Fields(stated.json.with(path, 1), "stated"))
      }
    }
    for (member, value) in [
      ("method", "span/2"), ("tokens", 0), ("tokens", .integer(AnswerSpans.tokenCountMax + 1)),
      ("spans", .integer(AnswerSpans.countMax + 1)), ("spans", -1), ("root", "x"),
      ("registry", ["root": .digest(SpanCheckTests.snapshot.root), "size": "3"]),
    ] as [(String, JSON)] {
      #expect(throws: ReceiptError.self, "\(member)") {
        try StatedSpans(try Fields(stated.json.with([member], value), "stated"))
      }
    }
  }

  @Test func `a line proves itself under the root, and no other does`() throws {
    let spans = try SpanCheckTests.spans([line(0, 0, 2), line(1, 3, 2, by: "bob"), line(2, 0, 3, choice: 1)])
    for span in 0..<3 {
      let proof = try LineProof<SpanLine>(try #require(spans.proof(of: span)).json)
      try proof.verify(spans.stated)
      #expect(proof.line == spans.lines[span])
      var forged = proof
      forged.line = line(span, 0, 2, by: "eve")
      #expect(throws: ReceiptError.self) { try forged.verify(spans.stated) }
      var other = spans.stated
      other.spans = 4
      #expect(throws: ReceiptError.self) { try proof.verify(other) }
    }
    #expect(spans.proof(of: 3) == nil)
    for (count, isRead) in [(14, true), (15, false)] {
      let path = JSON.array(Array(repeating: .string(SHA256.hash([1]).named), count: count))
      let proof = try #require(spans.proof(of: 0)).json.with(["path"], path)
      #expect(((try? LineProof<SpanLine>(proof)) != nil) == isRead, "\(count)")
    }
    let one = try SpanCheckTests.spans([line(0, 0, 2)])
    #expect(one.stated.root != spans.stated.root && one.proof(of: 0)?.path.isEmpty == true)
  }
}
