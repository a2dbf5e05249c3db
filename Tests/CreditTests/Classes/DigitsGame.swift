import Cryptography
import Foundation

@testable import Credit

/// Images of digits (Tests/Vectors/credit/README.md says whose), shared out to five contributors, and what each earns from
/// the ones that are asked for.
struct DigitsGame {
  var records: [Record] = []
  private let queries: [(vector: [Int8], label: UInt32)]

  /// Contributor c committed at 10 c. Every fifth image is asked for, the others are shared out in turn.
  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Vectors/credit/digits.txt")
    var queries: [(vector: [Int8], label: UInt32)] = []
    for (at, line) in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").enumerated() {
      let numbers = line.compactMap { Int(String($0), radix: 17) }
      let (vector, label) = (Self.normalised(numbers.dropLast()), UInt32(numbers.last ?? 0))
      if at % 5 == 0 {
        queries.append((vector, label))
      } else {
        let number = (at / 5 + at % 5) % 5
        records.append(Self.record("c\(number)", UInt64(10 * number), vector, label))
      }
    }
    self.queries = queries
  }

  static func record(_ who: String, _ commitment: UInt64, _ vector: [Int8], _ label: UInt32) -> Record {
    let id = SHA256.hash(vector.map { UInt8(bitPattern: $0) } + [UInt8(label)])
    return Record(contributor: who, commitment: commitment, id: id, label: label, content: .vector(vector))
  }

  /// The records that do more harm than good over all that is asked for.
  func harmful() throws -> Set<Digest32> {
    let players = ClassScan.neighbourClasses(records, leaders: Array(records.indices))
    let ranking = try NeighbourRanking(NeighbourIndex(players))
    var sums = Array(repeating: Int64(0), count: players.count)
    for query in queries {
      let scores = try KNNShapley(neighbours: 5).scores(query.vector, .label(query.label), ranking)
      // Shifted so that the sum of all fits.
      for at in sums.indices { sums[at] += scores[at] >> 12 }
    }
    return Set(sums.indices.filter { sums[$0] < 0 }.map { players[$0].id })
  }

  /// To a length of 127, rounded.
  private static func normalised(_ numbers: some Collection<Int>) -> [Int8] {
    let length = Double(numbers.reduce(0) { $0 + $1 * $1 }).squareRoot()
    return numbers.map { Int8((127 * Double($0) / length).rounded()) }
  }

  enum Worth: CaseIterable { case label, relevance }

  /// Above what two images of one writer have in common (0.995 and more occurs in no pair), below what a copy that moved
  /// each element by one keeps. A policy whose threshold makes one class of different records lets a near copy of one
  /// that does not lead become a leader.
  static let threshold = 9_950

  /// The share of each contributor in 10^12 nano-units. Without classes, every record is a player.
  func shares(
    _ records: [Record], _ worth: Worth, classes: Bool = true, negatives: NegativeScores = .dropped
  ) throws -> [String: Double] {
    let leaders = try ClassScan.leaders(records, classes ? .cosine(basisPoints: Self.threshold) : .none)
    var players = ClassScan.neighbourClasses(records, leaders: classes ? leaders : Array(records.indices))
    if !classes {
      for at in players.indices { players[at].id = SHA256.hash(players[at].id.bytes + [UInt8](String(at).utf8)) }
    }
    let ranking = try NeighbourRanking(NeighbourIndex(players))
    let method = try KNNShapley(neighbours: 5, negatives: negatives)
    var weights: [Weighted] = []
    for query in queries {
      weights += try method.weights(query.vector, worth == .label ? .label(query.label) : .relevance(shift: 0), ranking)
    }
    let shares = try Apportionment.apportion(1_000_000_000_000, weights: weights)
    return Dictionary(uniqueKeysWithValues: shares.map { ($0.contributor, Double($0.amountNano) / 1e12) })
  }
}
