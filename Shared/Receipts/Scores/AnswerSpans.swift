internal import Codec
public import Credit
internal import Cryptography

/// Which words of an answer stand in registered texts, by `span/1` (FORMAT section 7): the spans that pay, and a tree of
/// their lines, so that one contributor can be shown its own and no other.
public struct AnswerSpans: Sendable, Equatable {
  public static let method = "span/1"
  /// Spans of one answer.
  public static let countMax = 16_384
  /// Words of one answer.
  public static let tokenCountMax = SpanMethod.tokenCountMax

  /// Salt and data of the commitment.
  public let opening: Opening
  public let registry: RegistrySnapshot
  /// By choice and start.
  public var lines: [SpanLine] { tree.lines }
  /// Words of all choices.
  public let tokens: Int
  private let tree: LineTree<SpanLine>

  /// Reads the spans of an answer, and refuses those that could not be its own.
  ///
  /// Errors: what is not canonical; a span outside of its choice's words or inside another; another count of paid words
  /// than follows from the spans; a class committed to behind the registry.
  ///
  /// - Parameter texts: of the choices, in order.
  public init(_ opening: Opening, of texts: [String]) throws(ReceiptError) {
    let json: JSON
    do { json = try JSON(parsing: opening.data) } catch { throw .field("spans", why: "\(error)") }
    var fields = try Fields(json, "spans")
    registry = try RegistrySnapshot(try fields.fields("registry"))
    let list = try fields.array("spans", max: Self.countMax)
    try fields.end()
    var lines: [SpanLine] = []
    for (at, item) in list.enumerated() { lines.append(try SpanLine(Fields(item, "spans[\(at)]"), span: at)) }
    let words = texts.map { SpanTokens.count($0) }
    tokens = words.reduce(0, +)
    try Self.require(lines, of: words, registry)
    guard try Self.data(registry, lines) == opening.data else { throw .field("spans", why: "are not canonical") }
    self.opening = opening
    tree = try LineTree(lines, salt: opening.salt)
  }

  /// The data of an opening: JCS of `{"registry", "spans"}`.
  public static func data(_ registry: RegistrySnapshot, _ lines: [SpanLine]) throws(ReceiptError) -> [UInt8] {
    let json: JSON = ["registry": registry.json, "spans": .array(lines.map { .members($0.members) })]
    do { return try JCS.encode(json) } catch { throw .encoding(what: "spans", why: "\(error)") }
  }

  /// - Parameter words: how many each choice has.
  private static func require(
    _ lines: [SpanLine], of words: [Int], _ registry: RegistrySnapshot
  ) throws(ReceiptError) {
    guard words.reduce(0, +) <= tokenCountMax else {
      throw .limit(name: "words of an answer", limit: tokenCountMax, got: words.reduce(0, +))
    }
    guard registry.records != nil else { throw .field("spans.registry.records", why: "is missing") }
    for line in lines {
      // No span is of no words.
      guard line.choice < words.count, line.length <= words[line.choice] - line.start else {
        throw .field("span \(line.span)", why: "is not within its choice's words")
      }
      guard line.committed < registry.size else {
        throw .field("span \(line.span)", why: "was committed to behind the registry")
      }
    }
    for (a, b) in zip(lines, lines.dropFirst()) {
      let isBehind = a.choice == b.choice ? a.start < b.start && a.end < b.end : a.choice < b.choice
      guard isBehind else { throw .field("span \(b.span)", why: "is out of order, or inside another") }
    }
    for (choice, count) in words.enumerated() {
      let own = lines.filter { $0.choice == choice }
      let paid = SpanMethod.paid(own.map { $0.start..<$0.end }, of: count)
      for (line, due) in zip(own, paid) where line.tokens != due {
        throw .field("span \(line.span)", why: "is paid for \(line.tokens) words, the spans give it \(due)")
      }
    }
  }

  /// What apportionment takes: 2^32 a word.
  public var weights: [Weighted] {
    let left = tokens - lines.reduce(0) { $0 + $1.tokens }
    return lines.map { Weighted(contributor: $0.contributor, weight: SpanMethod.unit * Int128($0.tokens)) }
      + (left == 0 ? [] : [Weighted(contributor: CreditID.unattributed, weight: SpanMethod.unit * Int128(left))])
  }

  /// What the attribution statement says of them.
  public var stated: StatedSpans {
    StatedSpans(
      tokens: tokens, spans: lines.count,
      commitment: Commitment.make(.commitmentSpans, salt: opening.salt, data: opening.data),
      root: tree.root, registry: registry)
  }

  /// One span's line with what proves it under `stated.root`; nil where there is no such span.
  public func proof(of span: Int) -> LineProof<SpanLine>? { tree.proof(of: span) }
}

extension SpanLine {
  fileprivate var end: Int { start + length }
}

extension AnswerSpans {
  /// From two openings of one request. Errors: also choices that are out of order.
  public init(opened spans: Opening, content: Opening) throws(ReceiptError) {
    try self.init(spans, of: AnswerContent.texts(content))
  }
}
