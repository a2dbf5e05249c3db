internal import Codec
public import Credit
internal import Cryptography

/// What each document of a prompt did for the answer, by `context-shapley/1` (FORMAT section 7): the values that the exact
/// engine gave, the score of each document that follows from them, and a tree of these lines, so that one contributor can
/// be shown its own and no other.
public struct DocumentScores: Sendable, Equatable {
  public static let method = "context-shapley/1"
  private static let valueBytes = 8

  /// Salt and data of the commitment: v(A) as i64, big-endian, at index A, whose bit i says that document i is given;
  /// behind them the ownership, where a registry was asked.
  public let opening: Opening
  public let values: [Int64]
  /// As the request has them.
  public let sources: [DocumentSource]
  /// Nil where no registry was asked: then the asker's word counts.
  public let ownership: DocumentOwnership?
  /// One for each document, in order.
  public var lines: [ScoreLine] { tree.lines }
  private let tree: LineTree<ScoreLine>

  /// Errors: data that is not a value for each subset of `sources`, or a value out of range.
  public init(_ opening: Opening, sources: [DocumentSource]) throws(ReceiptError) {
    let count = sources.count
    guard (1...RequestedDocument.countMax).contains(count) else {
      throw .field("scores", why: "are of \(count) documents, they must be of 1 to \(RequestedDocument.countMax)")
    }
    let bytes = Self.valueBytes << count
    guard opening.data.count >= bytes else {
      throw .field("scores", why: "has \(opening.data.count) bytes, \(count) documents need \(bytes)")
    }
    let values = Self.values(Array(opening.data[..<bytes]))
    let rest = Array(opening.data[bytes...])
    let ownership = rest.isEmpty ? nil : try DocumentOwnership(rest, of: sources)
    let weights: [Int128]
    do { weights = try ContextShapley.weights(values) } catch { throw .field("scores", why: "\(error)") }
    let lines = sources.enumerated().map { at, source in
      // Documents that did harm together are paid nothing, and none of them has a score.
      ScoreLine(
        document: at, source: source, score: weights.isEmpty ? 0 : weights[at], owner: ownership?.owners[at])
    }
    self.opening = opening
    self.values = values
    self.sources = sources
    self.ownership = ownership
    tree = try LineTree(lines, salt: opening.salt)
  }

  /// The data of an opening, without an ownership.
  public static func data(_ values: [Int64]) -> [UInt8] {
    values.flatMap { BigEndian.bytes(UInt64(bitPattern: $0)) }
  }

  /// Of ``data(_:)``.
  public static func values(_ data: [UInt8]) -> [Int64] {
    stride(from: 0, to: data.count - data.count % valueBytes, by: valueBytes).map { at in
      Int64(bitPattern: data[at..<at + valueBytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }

  /// What apportionment takes.
  public var weights: [Weighted] {
    lines.map { Weighted(contributor: $0.source.contributor, weight: $0.score) }
  }

  /// What the attribution statement says of them.
  public var stated: StatedScores {
    StatedScores(
      documents: lines.count,
      commitment: Commitment.make(.commitmentScores, salt: opening.salt, data: opening.data),
      root: tree.root, registry: ownership?.registry)
  }

  /// One document's line with what proves it under `stated.root`; nil where there is no such document.
  public func proof(of document: Int) -> LineProof<ScoreLine>? { tree.proof(of: document) }
}
