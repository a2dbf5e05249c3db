internal import Codec
public import Credit
public import Cryptography

/// Which registered records are near to an answer, by `knn-shapley/1` or `tknn-shapley/1` (FORMAT section 7): the answer's
/// vectors, what each class of records earns by them, and a tree of these lines, so that one contributor can be shown its
/// own and no other.
public struct AnswerNearest: Sendable, Equatable {
  /// Lines of one answer.
  public static let countMax = 16_384
  /// Classes of one snapshot.
  public static let classesMax = 1 << 18

  /// Salt and data of the commitment.
  public let opening: Opening
  public let method: String
  public let encoder: Digest32
  public let registry: RegistrySnapshot
  public let classes: Int
  /// Of each choice, int8; empty for one that asks nothing.
  public let queries: [[Int8]]
  private let tree: LineTree<NearestLine>

  /// By commitment and class.
  public var lines: [NearestLine] { tree.lines }

  /// Reads what was found near to an answer, and refuses what could not be its own.
  ///
  /// Errors: what is not canonical; vectors of other choices, or of several widths; lines out of order, of a class that was
  /// committed to behind the registry, or with a score that no such vectors give.
  ///
  /// - Parameter texts: of the choices, in order.
  public init(_ opening: Opening, of texts: [String]) throws(ReceiptError) {
    let json: JSON
    do { json = try JSON(parsing: opening.data) } catch { throw .field("nearest", why: "\(error)") }
    var fields = try Fields(json, "nearest")
    method = try fields.string("method")
    encoder = try fields.digest("encoder")
    classes = try fields.count("classes")
    registry = try RegistrySnapshot(try fields.fields("registry"))
    let vectors = try fields.array("queries", max: ChatRequest.choicesMax)
    let list = try fields.array("lines", max: Self.countMax)
    try fields.end()
    try Self.requireMethod(method)
    var queries: [[Int8]] = []
    for vector in vectors { queries.append(try Self.vector(vector, choice: queries.count)) }
    var lines: [NearestLine] = []
    for (at, item) in list.enumerated() {
      lines.append(try NearestLine(Fields(item, "nearest.lines[\(at)]"), line: at))
    }
    try Self.require(queries, of: texts)
    try Self.require(lines, of: classes, registry, queries: queries.count { !$0.isEmpty })
    let same = try Self.data(method, encoder, registry, classes: classes, queries: queries, lines)
    guard same == opening.data else { throw .field("nearest", why: "is not canonical") }
    self.opening = opening
    self.queries = queries
    tree = try LineTree(lines, salt: opening.salt)
  }

  /// The data of an opening: JCS of `{"classes", "encoder", "lines", "method", "queries", "registry"}`.
  public static func data(
    _ method: String, _ encoder: Digest32, _ registry: RegistrySnapshot, classes: Int, queries: [[Int8]],
    _ lines: [NearestLine]
  ) throws(ReceiptError) -> [UInt8] {
    let json: JSON = [
      "classes": .integer(classes), "encoder": .digest(encoder),
      "lines": .array(lines.map { .members($0.members) }), "method": .string(method),
      "queries": .array(queries.map { .string(Hex.encode($0.map { UInt8(bitPattern: $0) })) }),
      "registry": registry.json,
    ]
    do { return try JCS.encode(json) } catch { throw .encoding(what: "nearest", why: "\(error)") }
  }

  /// What apportionment takes.
  public var weights: [Weighted] {
    lines.map { Weighted(contributor: $0.contributor, weight: Int128($0.score)) }
  }

  /// The same by the names of both methods, of which a policy has at most one; nothing of what was not looked for.
  public static func scores(_ nearest: AnswerNearest?) -> [String: [Weighted]] {
    Dictionary(
      uniqueKeysWithValues: NearestParameters.methods.map { name in
        (name, nearest.map { $0.method.hasSameBytes(as: name) ? $0.weights : [] } ?? [])
      })
  }

  /// What the attribution statement says of them.
  public var stated: StatedNearest {
    StatedNearest(
      method: method, encoder: encoder, queries: queries.count, classes: classes, lines: lines.count,
      commitment: Commitment.make(.commitmentNearest, salt: opening.salt, data: opening.data), root: tree.root,
      registry: registry)
  }

  /// One line with what proves it under `stated.root`; nil where there is no such line.
  public func proof(of line: Int) -> LineProof<NearestLine>? { tree.proof(of: line) }
}

extension AnswerNearest {
  /// From two openings of one request. Errors: also choices that are out of order.
  public init(opened nearest: Opening, content: Opening) throws(ReceiptError) {
    try self.init(nearest, of: AnswerContent.texts(content))
  }

  static func requireMethod(_ method: String) throws(ReceiptError) {
    guard NearestParameters.methods.contains(where: { $0.hasSameBytes(as: method) }) else {
      throw .field("nearest.method", why: "must be one of \(NearestParameters.methods.joined(separator: ", "))")
    }
  }

  private static func vector(_ json: JSON, choice: Int) throws(ReceiptError) -> [Int8] {
    guard let text = json.stringValue, let bytes = Hex.decode(text), bytes.count <= NeighbourIndex.widthMax else {
      throw .field(
        "nearest.queries[\(choice)]", why: "must be at most \(NeighbourIndex.widthMax) bytes in hexadecimal")
    }
    return bytes.map { Int8(bitPattern: $0) }
  }

  private static func require(_ queries: [[Int8]], of texts: [String]) throws(ReceiptError) {
    guard queries.count == texts.count else {
      throw .field("nearest.queries", why: "are \(queries.count), the answer has \(texts.count) choices")
    }
    for (choice, text) in texts.enumerated() {
      guard queries[choice].isEmpty == (EncodedText.query(text) == nil) else {
        throw .field("nearest.queries[\(choice)]", why: "must be empty where the choice has no words, and nowhere else")
      }
    }
    guard Set(queries.filter { !$0.isEmpty }.map(\.count)).count <= 1 else {
      throw .field("nearest.queries", why: "have several widths")
    }
  }

  private static func require(
    _ lines: [NearestLine], of classes: Int, _ registry: RegistrySnapshot, queries: Int
  ) throws(ReceiptError) {
    guard registry.records != nil else { throw .field("nearest.registry.records", why: "is missing") }
    guard classes <= classesMax else { throw .limit(name: "classes", limit: classesMax, got: classes) }
    guard lines.count <= classes else {
      throw .field("nearest.lines", why: "are \(lines.count), above the \(classes) classes")
    }
    let most = UInt64(queries) << NearestLine.scoreBits
    for line in lines {
      guard line.committed < registry.size else {
        throw .field("nearest line \(line.line)", why: "was committed to behind the registry")
      }
      guard line.score.magnitude <= most else {
        throw .field("nearest line \(line.line)", why: "has a score that \(queries) queries cannot give")
      }
    }
    for (a, b) in zip(lines, lines.dropFirst()) {
      guard (a.committed, a.record) < (b.committed, b.record) else {
        throw .field("nearest line \(b.line)", why: "is out of order")
      }
    }
    guard Set(lines.map(\.record)).count == lines.count else {
      throw .field("nearest.lines", why: "name a class twice")
    }
  }
}
