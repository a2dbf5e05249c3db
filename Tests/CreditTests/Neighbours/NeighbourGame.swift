import Cryptography
import TestKit

@testable import Credit

/// A small game of nearest neighbours, ranked by sorting and valued by enumerating coalitions: too simple to share a
/// mistake with the recursion. Vectors have one element and the query is 1, so that an element is its dot product.
struct NeighbourGame {
  var classes: [NeighbourClass]
  var neighbours: Int

  static let query: [Int8] = [1]

  /// `count` classes of `owners` owners, with few different dot products and commitments, so that ties are common.
  static func random(_ count: Int, neighbours: Int, spread: Int = 3, owners: Int = 3, _ random: inout SplitMix64)
    -> Self
  {
    Self(
      classes: (0..<count).map { at in
        NeighbourClass(
          owner: "owner\(Int.random(in: 0..<owners, using: &random))",
          commitment: UInt64.random(in: 0..<3, using: &random),
          id: SHA256.hash([UInt8](String(at).utf8)), label: UInt32.random(in: 0...1, using: &random),
          vector: [Int8(Int.random(in: -1..<spread, using: &random))])
      }, neighbours: neighbours)
  }

  /// The classes by rank: indices into `classes`.
  var ranked: [Int] {
    classes.indices.sorted { a, b in
      let (a, b) = (classes[a], classes[b])
      return (-Int(a.vector[0]), a.commitment, a.id) < (-Int(b.vector[0]), b.commitment, b.id)
    }
  }

  /// h by rank.
  func worths(_ worth: NeighbourWorth) -> [Int64] {
    ranked.map { index in
      switch worth {
      case .label(let wanted): classes[index].label == wanted ? 65_536 : 0
      case .relevance(let shift): Int64(max(0, classes[index].vector[0])) >> Int64(shift)
      }
    }
  }

  func scores(_ worth: NeighbourWorth, kernel: DotKernel = .widest) throws -> [Int64] {
    let ranking = try NeighbourRanking(try NeighbourIndex(classes, kernel: kernel))
    return try KNNShapley(neighbours: neighbours).scores(Self.query, worth, ranking)
  }
}

/// Shapley values of the game "the sum of h over the K best of a coalition", by rank, times N!.
func enumeratedShapley(_ worths: [Int64], neighbours: Int) -> [Int128] {
  let count = worths.count
  let factorials = (0...count).reduce(into: [Int128]()) { $0.append($1 == 0 ? 1 : $0[$1 - 1] * Int128($1)) }
  let values = (0..<1 << count).map { coalition -> Int128 in
    let members = (0..<count).filter { coalition >> $0 & 1 == 1 }
    return members.prefix(neighbours).reduce(into: Int128(0)) { $0 += Int128(worths[$1]) }
  }
  return (0..<count).map { player in
    values.indices.filter { $0 >> player & 1 == 0 }.reduce(into: Int128(0)) { sum, coalition in
      let size = coalition.nonzeroBitCount
      sum += factorials[size] * factorials[count - 1 - size] * (values[coalition | 1 << player] - values[coalition])
    }
  }
}

func factorial(_ n: Int) -> Int128 { (1...max(1, n)).reduce(into: 1) { $0 *= Int128($1) } }
