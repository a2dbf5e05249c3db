public import Credit
public import Cryptography

/// The vectors of registered records at one size of the log, in classes, for `knn-shapley/1` and `tknn-shapley/1`. A pure
/// function of the vectors, the registry, the snapshot, and what the policy says: whoever has them finds the same scores.
public struct RegisteredNearest: Sendable {
  /// With its `records`.
  public let registry: RegistrySnapshot
  public let encoder: Digest32
  private let policy: NearestParameters
  private let classes: [Class]
  public var classCount: Int { classes.count }
  /// Nil where there is no class.
  private let index: NeighbourIndex?

  private struct Class: Sendable {
    let id: Digest32
    let holding: Registry.Holding
  }

  /// Errors: limits, vectors of several widths, memory.
  ///
  /// - Parameter vectors: int8, by the SHA-256 of each text; those that are not registered take no part.
  public init(
    _ vectors: [Digest32: [Int8]], by encoder: Digest32, in registry: Registry, at snapshot: RegistrySnapshot,
    policy: NearestParameters
  ) throws(CreditError) {
    var found: [(id: Digest32, holding: Registry.Holding)] = []
    for id in vectors.keys.sorted() {
      if let holding = registry.owner(of: id, inLogOf: snapshot.size) { found.append((id, holding)) }
    }
    guard found.count <= AnswerNearest.classesMax else {
      throw .tooMany(what: "registered records", count: found.count, limit: AnswerNearest.classesMax)
    }
    let records = SHA256.hash(DomainTag.records.prefix + found.flatMap(\.id.bytes))
    self.registry = RegistrySnapshot(size: snapshot.size, root: snapshot.root, records: records)
    self.encoder = encoder
    self.policy = policy
    let scanned = found.map { item in
      Record(
        contributor: item.holding.contributor, commitment: item.holding.committed, id: item.id,
        content: .vector(vectors[item.id] ?? []))
    }
    let leaders = try ClassScan.leaders(scanned, .cosine(basisPoints: policy.nearBasisPoints))
    classes = leaders.indices.filter { leaders[$0] == $0 }.map { Class(id: found[$0].id, holding: found[$0].holding) }
    index = classes.isEmpty ? nil : try NeighbourIndex(ClassScan.neighbourClasses(scanned, leaders: leaders))
  }

  /// What each class earns by an answer's vectors, of those that earn anything.
  ///
  /// Errors: a vector of another width; more lines than a statement is made from.
  ///
  /// - Parameter queries: of each choice, int8; empty for one that asks nothing.
  public func lines(_ queries: [[Int8]]) throws(ReceiptError) -> [NearestLine] {
    guard let index else { return [] }
    guard queries.count <= ChatRequest.choicesMax else {
      throw .limit(name: "choices", limit: ChatRequest.choicesMax, got: queries.count)
    }
    var sums = Array(repeating: Int64(0), count: classes.count)
    do {
      let ranking = try NeighbourRanking(index)
      // Below 2^60 for 8 choices.
      for query in queries where !query.isEmpty {
        for (at, score) in try policy.scores(query, ranking).enumerated() { sums[at] += score }
      }
    } catch { throw .field("nearest", why: "\(error)") }
    let earning = sums.indices.filter { sums[$0] != 0 }
    guard earning.count <= AnswerNearest.countMax else {
      throw .field(
        "nearest",
        why:
          "would credit \(earning.count) classes, above the limit of \(AnswerNearest.countMax): a policy with a larger "
          + "shift, or radius, credits fewer")
    }
    let ordered = earning.sorted {
      (classes[$0].holding.committed, classes[$0].id) < (classes[$1].holding.committed, classes[$1].id)
    }
    return ordered.enumerated().map { line, at in
      NearestLine(
        line: line, record: classes[at].id, committed: classes[at].holding.committed,
        contributor: classes[at].holding.contributor, asset: classes[at].holding.asset.id, score: sums[at])
    }
  }

  /// The data of an opening for an answer with these vectors.
  public func data(of queries: [[Int8]]) throws(ReceiptError) -> [UInt8] {
    try AnswerNearest.data(
      policy.method, encoder, registry, classes: classes.count, queries: queries, lines(queries))
  }
}
