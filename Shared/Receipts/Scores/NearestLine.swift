public import Codec
internal import Credit
public import Cryptography

/// What one class of registered records earns by being near to an answer.
public struct NearestLine: CreditLine {
  public typealias Stated = StatedNearest
  public static let name = "nearest"
  public static let pathMax = 14
  /// Of one choice: a score is at most 2^56 or so (FORMAT section 7).
  static let scoreBits = 57

  /// Its place in the list.
  public let line: Int
  /// The SHA-256 of the class's leader.
  public let record: Digest32
  /// Log index of the commitment to it.
  public let committed: UInt64
  public let contributor: String
  public let asset: String
  /// The sum over the answer's choices, never 0; below 0 only where the policy counts such scores.
  public let score: Int64

  public var place: Int { line }

  public init(line: Int, record: Digest32, committed: UInt64, contributor: String, asset: String, score: Int64) {
    self.line = line
    self.record = record
    self.committed = committed
    self.contributor = contributor
    self.asset = asset
    self.score = score
  }

  /// As the opening lists it.
  var members: [(String, JSON?)] {
    [
      ("asset", .string(asset)), ("class", .digest(record)), ("committed", .decimal(committed)),
      ("contributor", .string(contributor)), ("score", .string(String(score))),
    ]
  }

  /// `{"asset", "class", "committed", "contributor", "line", "score"}`.
  public var json: JSON { .members(members + [("line", .integer(line))]) }

  public init(_ json: JSON, _ path: String) throws(ReceiptError) { try self.init(Fields(json, path)) }

  /// - Parameter line: nil where the object has it.
  init(_ fields: consuming Fields, line: Int? = nil) throws(ReceiptError) {
    self.line = if let line { line } else { try fields.count("line") }
    record = try fields.digest("class")
    committed = try fields.decimal("committed")
    contributor = try fields.string("contributor")
    asset = try fields.string("asset")
    let text = try fields.string("score")
    try fields.end()
    guard CreditID.isValid(contributor), CreditID.isValid(asset) else {
      throw .field("nearest line \(self.line)", why: "has what is no id")
    }
    guard let score = Int64(text), text.hasSameBytes(as: String(score)), score != 0 else {
      throw .field("nearest line \(self.line)", why: "must have a score other than 0, in decimal")
    }
    self.score = score
  }
}

/// What an attribution statement says of the nearest records behind its shares.
public struct StatedNearest: StatedLines, Sendable, Equatable {
  public var method: String
  /// The SHA-256 that names the sentence encoder's files.
  public var encoder: Digest32
  /// Choices of the answer.
  public var queries: Int
  /// That played: of all registered records that attribution knew.
  public var classes: Int
  /// Of the tree.
  public var lines: Int
  /// Of queries and lines.
  public var commitment: Digest32
  public var root: Digest32
  /// Among whose records they were looked for.
  public var registry: RegistrySnapshot

  public var lineCount: Int { lines }

  var json: JSON {
    .members([
      ("method", .string(method)), ("encoder", .digest(encoder)), ("queries", .integer(queries)),
      ("classes", .integer(classes)), ("lines", .integer(lines)), ("commitment", .digest(commitment)),
      ("root", .digest(root)), ("registry", registry.json),
    ])
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    method = try fields.string("method")
    encoder = try fields.digest("encoder")
    queries = try fields.count("queries")
    classes = try fields.count("classes")
    lines = try fields.count("lines")
    commitment = try fields.digest("commitment")
    root = try fields.digest("root")
    registry = try RegistrySnapshot(try fields.fields("registry"))
    try fields.end()
    try AnswerNearest.requireMethod(method)
    guard (1...ChatRequest.choicesMax).contains(queries), classes <= AnswerNearest.classesMax,
      lines <= AnswerNearest.countMax, lines <= classes
    else {
      throw .field("attribution.nearest", why: "has \(lines) lines of \(classes) classes by \(queries) queries")
    }
    guard registry.records != nil else { throw .field("attribution.nearest.registry.records", why: "is missing") }
  }

  init(
    method: String, encoder: Digest32, queries: Int, classes: Int, lines: Int, commitment: Digest32, root: Digest32,
    registry: RegistrySnapshot
  ) {
    self.method = method
    self.encoder = encoder
    self.queries = queries
    self.classes = classes
    self.lines = lines
    self.commitment = commitment
    self.root = root
    self.registry = registry
  }
}
