internal import Codec
public import Credit
internal import Cryptography

/// What each document of a prompt did for the answer, by `context-shapley/1` (FORMAT section 7): the values that the exact
/// engine gave, the score of each document that follows from them, and a tree of these lines, so that one contributor can
/// be shown its own and no other. Of more documents than can be enumerated the scores are approximate.
public struct DocumentScores: Sendable, Equatable {
  public static let method = "context-shapley/1"
  static let valueBytes = 8

  /// Salt and data of the commitment: v(A) as i64, big-endian, at index A, whose bit i says that document i is given, or
  /// behind the sample in the order of its coalitions; behind them the ownership, where a registry was asked.
  public let opening: Opening
  public let values: [Int64]
  /// What the permutations follow from; nil where all sets of documents are valued.
  public let sample: ScoreSample?
  private let approximation: Approximation?
  /// As the request has them.
  public let sources: [DocumentSource]
  /// Nil where no registry was asked: then the asker's word counts.
  public let ownership: DocumentOwnership?
  /// One for each document, in order.
  public var lines: [ScoreLine] { tree.lines }
  private let tree: LineTree<ScoreLine>

  /// Errors: data that is not a value for each subset of `sources`, or a value out of range.
  public init(_ opening: Opening, sources: [DocumentSource]) throws(ReceiptError) {
    let valued = try ValuedSets(opening.data, documents: sources.count)
    let weights = valued.weights
    let rest = Array(opening.data[valued.byteCount...])
    let ownership = rest.isEmpty ? nil : try DocumentOwnership(rest, of: sources)
    let lines = sources.enumerated().map { at, source in
      // Documents that did harm together are paid nothing, and none of them has a score.
      ScoreLine(
        document: at, source: source, score: weights.isEmpty ? 0 : weights[at], owner: ownership?.owners[at])
    }
    self.opening = opening
    (values, sample, approximation) = (valued.values, valued.sample, valued.approximation)
    self.sources = sources
    self.ownership = ownership
    tree = try LineTree(lines, salt: opening.salt)
  }

  /// The data of an opening, without an ownership.
  public static func data(_ values: [Int64], of sample: ScoreSample? = nil) -> [UInt8] {
    (sample?.encoded ?? []) + values.flatMap { BigEndian.bytes(UInt64(bitPattern: $0)) }
  }

  /// Of ``data(_:of:)``, without a sample.
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
      root: tree.root, registry: ownership?.registry, approximate: approximation)
  }

  /// One document's line with what proves it under `stated.root`; nil where there is no such document.
  public func proof(of document: Int) -> LineProof<ScoreLine>? { tree.proof(of: document) }
}
