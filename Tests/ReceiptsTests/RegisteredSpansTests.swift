import Credit
import Cryptography
import Testing

@testable import Receipts

/// The registered texts in which spans are looked for: of one snapshot, and of one that continues another.
@Suite struct RegisteredSpansTests {
  private static let texts = ["one two three four", "five six seven", "eight nine"]

  private static func id(_ text: String) -> Digest32 { SHA256.hash(Array(text.utf8)) }

  /// ada, bob and eve registered a text each at 10, 11 and 12, and revealed it at 20, 21 and 22.
  private static func registry() throws -> Registry {
    try RegisteredNearestTests.registry(zip(["ada", "bob", "eve"], texts).map { ($0, [id($1)]) })
  }

  private static func formed(
    size: UInt64 = 30, _ texts: [String] = texts, continuing previous: RegisteredSpans? = nil,
    in registry: Registry? = nil, lengthMin: Int = 2
  ) throws -> RegisteredSpans {
    try RegisteredSpans(
      SpanTexts(texts.map { ("a text", Array($0.utf8)) }), in: registry ?? self.registry(),
      at: RegistrySnapshot(size: size, root: SHA256.hash([1])),
      policy: SpanParameters(
        lengthMin: lengthMin, rarityMin: 0, rarityTable: SHA256.hash([1]), shingle: 2, words: 8,
        nearBasisPoints: 9_000),
      rarity: RarityTable(costs: []), continuing: previous)
  }

  private static let answer = ["I say one two three", "and five six then eight nine"]

  @Test func `each span of the answer is a line of whose text it is`() throws {
    let formed = try Self.formed()
    #expect(formed.registry.size == 30 && formed.registry.records != nil)
    let lines = try formed.lines(Self.answer)
    #expect(lines.map(\.contributor) == ["ada", "bob", "eve"] && lines.map(\.asset) == ["ada's", "bob's", "eve's"])
    #expect(lines.map(\.span) == [0, 1, 2] && lines.map(\.choice) == [0, 1, 1] && lines.map(\.length) == [3, 2, 2])
    #expect(lines.map(\.tokens) == [3, 2, 2] && lines.map(\.committed) == [10, 11, 12])
    #expect(lines.map(\.record) == Self.texts.map(Self.id))
    let opened = try AnswerSpans(
      Opening(salt: World.salt("spans"), data: formed.data(of: Self.answer)), of: Self.answer)
    #expect(opened.lines == lines)
    // Before any was revealed there is nothing to find.
    #expect(try Self.formed(size: 20).lines(Self.answer).isEmpty)
    #expect(try Self.formed(size: 21).lines(Self.answer).map(\.contributor) == ["ada"])
  }

  @Test func `a later snapshot finds the same whether it continues an earlier one or not`() throws {
    let early = try Self.formed(size: 21)
    for size: UInt64 in [21, 22, 23, 30] {
      let (whole, continued) = (try Self.formed(size: size), try Self.formed(size: size, continuing: early))
      #expect(try continued.lines(Self.answer) == whole.lines(Self.answer), "\(size)")
      #expect(continued.registry == whole.registry)
    }
    // From nothing, and where nothing is new.
    let none = try Self.formed(size: 20)
    #expect(try Self.formed(continuing: none).lines(Self.answer).count == 3)
    #expect(try Self.formed(size: 20, continuing: none).lines(Self.answer).isEmpty)
  }

  @Test func `what is another's now is found as the other's`() throws {
    let early = try Self.formed()
    // The same texts, of which bob registered what ada did.
    let moved = try RegisteredNearestTests.registry([
      ("bob", [Self.id(Self.texts[0])]), ("ada", [Self.id(Self.texts[1])]), ("eve", [Self.id(Self.texts[2])]),
    ])
    let lines = try Self.formed(continuing: early, in: moved).lines(Self.answer)
    #expect(lines.map(\.contributor) == ["bob", "ada", "eve"])
    // One that is no longer there at all.
    let fewer = try RegisteredNearestTests.registry([("ada", [Self.id(Self.texts[0])])])
    #expect(try Self.formed(continuing: early, in: fewer).lines(Self.answer).map(\.contributor) == ["ada"])
  }

  @Test func `an answer has 16,384 spans and no more`() throws {
    // Each word alone is registered, and no two stand together.
    let formed = try Self.formed(
      ["one", "two"],
      in: RegisteredNearestTests.registry([
        ("ada", [Self.id("one")]), ("bob", [Self.id("two")]),
      ]), lengthMin: 1)
    func lines(_ count: Int) throws -> [SpanLine] {
      try formed.lines([(0..<count).map { $0 % 2 == 0 ? "one" : "two" }.joined(separator: " ")])
    }
    #expect(try lines(16_384).count == 16_384)
    #expect(throws: ReceiptError.limit(name: "spans of an answer", limit: 16_384, got: 16_385)) { try lines(16_385) }
  }
}
