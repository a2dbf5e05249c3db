/// What a model was made from, as a graph without cycles whose root is the model: the input of `lineage/1`.
///
/// A value of this type is valid: every check is made when it is made.
public struct Lineage: Hashable, Sendable {
  /// Assets in one lineage.
  public static let nodeCountMax = 4_096
  /// Links to parents in one lineage.
  public static let linkCountMax = 65_536
  /// Steps from the root to any asset, on the longest path.
  public static let depthMax = 8
  /// 10,000^8 = 10^32: what the root's weight is, and the common denominator of all weights.
  public static let denominator: Int128 = 100_000_000_000_000_000_000_000_000_000_000

  public let root: String
  public let nodes: [LineageNode]
  /// Indices into `nodes`: each after all that were made from it. The root is first.
  private let order: [Int]
  /// For each node the indices of its parents, in the order of `parents`.
  private let parents: [[Int]]

  public init(root: String, nodes: [LineageNode]) throws(CreditError) {
    guard nodes.count <= Self.nodeCountMax else {
      throw .tooMany(what: "assets", count: nodes.count, limit: Self.nodeCountMax)
    }
    let linkCount = nodes.reduce(0) { $0 + $1.parents.count }
    guard linkCount <= Self.linkCountMax else {
      throw .tooMany(what: "links to parents", count: linkCount, limit: Self.linkCountMax)
    }
    for node in nodes { try node.check() }
    try CreditID.refuseDuplicates(nodes.map(\.id), "asset")

    let indices = Dictionary(uniqueKeysWithValues: nodes.indices.map { (nodes[$0].id, $0) })
    let first = try Self.index(of: root, in: indices, by: "the root")
    guard [.model, .adapter].contains(nodes[first].kind) else {
      throw .rootKind(root, nodes[first].kind.rawValue)
    }
    var parents: [[Int]] = []
    for node in nodes {
      var links: [Int] = []
      for parent in node.parents { links.append(try Self.index(of: parent.id, in: indices, by: "asset '\(node.id)'")) }
      parents.append(links)
    }
    self.root = root
    self.nodes = nodes
    self.parents = parents
    self.order = try Self.sorted(nodes, parents, root: first)
  }

  private static func index(
    of id: String, in indices: [String: Int], by referrer: String
  ) throws(CreditError) -> Int {
    guard let index = indices[id] else { throw .unknownAsset(id, in: referrer) }
    return index
  }

  /// Kahn's order from the root; refuses cycles, what the root does not reach, and paths that are too long.
  private static func sorted(
    _ nodes: [LineageNode], _ parents: [[Int]], root: Int
  ) throws(CreditError) -> [Int] {
    var childCounts = Array(repeating: 0, count: nodes.count)
    for links in parents { for parent in links { childCounts[parent] += 1 } }
    // An asset that nothing was made from must be the root; the order of `nodes` decides which one is named.
    for at in nodes.indices where childCounts[at] == 0 && at != root { throw .unreachable(nodes[at].id) }

    var depths = Array(repeating: 0, count: nodes.count)
    // A root with children is part of a cycle or below one: by now every asset but the root has a child.
    var order = childCounts[root] == 0 ? [root] : []
    var next = 0
    while next < order.count {
      let node = order[next]
      next += 1
      for parent in parents[node] {
        depths[parent] = max(depths[parent], depths[node] + 1)
        guard depths[parent] <= depthMax else {
          throw .tooDeep(nodes[parent].id, depth: depths[parent], limit: depthMax)
        }
        childCounts[parent] -= 1
        if childCounts[parent] == 0 { order.append(parent) }
      }
    }
    guard order.count == nodes.count else { throw .cycle(nodes[cycleMember(parents, left: childCounts)].id) }
    return order
  }

  /// An asset on a cycle, where `left` counts the children of each asset that Kahn's order did not reach: one that was
  /// not reached has such a child, so that going from child to child must come around.
  private static func cycleMember(_ parents: [[Int]], left: [Int]) -> Int {
    var childOf: [Int: Int] = [:]
    for child in parents.indices where left[child] > 0 {
      for parent in parents[child] { childOf[parent] = child }
    }
    var at = left.firstIndex { $0 > 0 } ?? 0
    for _ in parents { at = childOf[at] ?? at }
    return at
  }
}

extension Lineage {
  /// The weight of each asset's contributor for that asset, over `denominator`; in the order of `nodes`.
  ///
  /// To recompute it: the root has mass 1. An asset of mass m credits its contributor `m * retained / 10000` and passes
  /// `m * basis_points / 10000` to each parent; the mass of an asset is the sum of what all that were made from it pass
  /// on. So weights multiply along paths and add over diamonds. They add up to exactly 1.
  ///
  /// All of it is exact in integers over 10,000^8: d steps from the root (on the longest path) a mass is a multiple of
  /// 10,000^(8-d); at d = 8 nothing can have parents, and what keeps all of its mass divides nothing. The largest product
  /// is 10^36, below 2^127.
  public var nodeWeights: [Int128] {
    let whole = Int128(BasisPoints.whole)
    var masses = Array(repeating: Int128(0), count: nodes.count)
    var weights = masses
    masses[order[0]] = Self.denominator
    for at in order {
      weights[at] = masses[at] * Int128(nodes[at].retainedBasisPoints) / whole
      for (parent, link) in zip(parents[at], nodes[at].parents) {
        masses[parent] += masses[at] * Int128(link.basisPoints) / whole
      }
    }
    return weights
  }

  /// `lineage/1`: `nodeWeights` under the names of the contributors, for one apportionment, which adds up the assets of
  /// one contributor before it rounds anything.
  public var weights: [Weighted] {
    zip(nodes, nodeWeights).map { Weighted(contributor: $0.contributor, weight: $1) }
  }
}
