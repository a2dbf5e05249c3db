public import Codec
internal import Credit
public import Cryptography

/// A span of an answer that a registered text has.
public struct SpanLine: CreditLine {
  public typealias Stated = StatedSpans
  public static let name = "span"
  public static let pathMax = 14

  /// Its place in the list.
  public let span: Int
  public let choice: Int
  /// In words of the choice's text.
  public let start: Int
  public let length: Int
  /// How many of its words it is paid for.
  public let tokens: Int
  /// Of the text's class: the SHA-256 of its leader.
  public let record: Digest32
  /// Log index of the commitment to it.
  public let committed: UInt64
  public let contributor: String
  public let asset: String

  public var place: Int { span }

  public init(
    span: Int, choice: Int, start: Int, length: Int, tokens: Int, record: Digest32, committed: UInt64,
    contributor: String, asset: String
  ) {
    self.span = span
    self.choice = choice
    self.start = start
    self.length = length
    self.tokens = tokens
    self.record = record
    self.committed = committed
    self.contributor = contributor
    self.asset = asset
  }

  /// As the opening lists it.
  var members: [(String, JSON?)] {
    [
      ("asset", .string(asset)), ("choice", .integer(choice)), ("class", .digest(record)),
      ("committed", .decimal(committed)), ("contributor", .string(contributor)), ("length", .integer(length)),
      ("start", .integer(start)), ("tokens", .integer(tokens)),
    ]
  }

  /// `{"asset", "choice", "class", "committed", "contributor", "length", "span", "start", "tokens"}`.
  public var json: JSON { .members(members + [("span", .integer(span))]) }

  public init(_ json: JSON, _ path: String) throws(ReceiptError) { try self.init(Fields(json, path)) }

  /// - Parameter span: nil where the object has it.
  init(_ fields: consuming Fields, span: Int? = nil) throws(ReceiptError) {
    self.span = if let span { span } else { try fields.count("span") }
    choice = try fields.count("choice")
    start = try fields.count("start")
    length = try fields.count("length")
    tokens = try fields.count("tokens")
    record = try fields.digest("class")
    committed = try fields.decimal("committed")
    contributor = try fields.string("contributor")
    asset = try fields.string("asset")
    try fields.end()
    guard CreditID.isValid(contributor), CreditID.isValid(asset) else {
      throw .field("span \(self.span)", why: "has what is no id")
    }
    guard tokens > 0, tokens <= length else {
      throw .field("span \(self.span)", why: "of \(length) words is paid for \(tokens)")
    }
  }
}

/// What an attribution statement says of the spans behind its shares.
public struct StatedSpans: StatedLines, Sendable, Equatable {
  /// Words of the answer.
  public var tokens: Int
  /// Lines of the tree.
  public var spans: Int
  /// Of the list.
  public var commitment: Digest32
  public var root: Digest32
  /// In whose texts they were looked for.
  public var registry: RegistrySnapshot

  public var lineCount: Int { spans }

  var json: JSON {
    .members([
      ("method", .string(AnswerSpans.method)), ("tokens", .integer(tokens)), ("spans", .integer(spans)),
      ("commitment", .digest(commitment)), ("root", .digest(root)), ("registry", registry.json),
    ])
  }

  init(tokens: Int, spans: Int, commitment: Digest32, root: Digest32, registry: RegistrySnapshot) {
    self.tokens = tokens
    self.spans = spans
    self.commitment = commitment
    self.root = root
    self.registry = registry
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    guard try fields.string("method").hasSameBytes(as: AnswerSpans.method) else {
      throw .field("attribution.spans.method", why: "must be \(AnswerSpans.method)")
    }
    tokens = try fields.count("tokens")
    spans = try fields.count("spans")
    guard tokens <= AnswerSpans.tokenCountMax, spans <= AnswerSpans.countMax, spans <= tokens else {
      throw .field("attribution.spans", why: "are \(spans) of \(tokens) words, above a limit")
    }
    commitment = try fields.digest("commitment")
    root = try fields.digest("root")
    registry = try RegistrySnapshot(try fields.fields("registry"))
    guard registry.records != nil else { throw .field("attribution.spans.registry.records", why: "is missing") }
    try fields.end()
  }
}
