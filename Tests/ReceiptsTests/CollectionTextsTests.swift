import Cryptography
import Testing

@testable import Receipts

/// The texts of a collection's files: whole files, and records as JSON lines.
@Suite struct CollectionTextsTests {
  private func refusal(_ name: String, _ text: String) -> String {
    do {
      return "\(try CollectionTexts.read(name, Array(text.utf8)))"
    } catch { return "\(error)" }
  }

  @Test func `a file is one text, and each line of .jsonl another`() throws {
    let record = #"{"text":"a","more":1}"#
    #expect(try CollectionTexts.read("a.txt", Array(record.utf8)) == [record])
    let lines = "\(record)\n\n" + #"{"text":"b"}"# + "\n"
    #expect(try CollectionTexts.read("a.jsonl", Array(lines.utf8)) == ["a", "b"])
    let tokens = try CollectionTexts.tokens([("a.jsonl", Array(lines.utf8)), ("b", [0x63])])
    #expect(Set(tokens.keys) == Set(["a", "b", "c"].map { SHA256.hash(Array($0.utf8)) }))
  }

  @Test func `what has no text is refused by its name and line`() throws {
    #expect(refusal("a.txt", "").contains("a.txt is empty, or no text in UTF-8"))
    #expect(throws: ReceiptError.self) { try CollectionTexts.read("a.txt", [0xff]) }
    for empty in ["", "\n\n"] { #expect(refusal("a.jsonl", empty).contains("holds no record")) }
    for line in ["{}", #"{"text":""}"#, #"{"text":1}"#, "x"] {
      // Empty lines are passed over, and counted.
      #expect(refusal("a.jsonl", "\n" + #"{"text":"b"}"# + "\n\(line)").contains("a.jsonl: line 3 is not an object"))
    }
    func record(_ count: Int) -> [UInt8] { Array(#"{"text":"\#(String(repeating: "x", count: count))"}"#.utf8) }
    #expect(try CollectionTexts.read("a.jsonl", record(65_536)).map(\.utf8.count) == [65_536])
    #expect(throws: ReceiptError.self) { try CollectionTexts.read("a.jsonl", record(65_537)) }
  }
}
