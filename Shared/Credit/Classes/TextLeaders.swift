import Cryptography

/// Finds leaders by the agreement of MinHash signatures. Exact, not by chance: where at most m words may differ, of m + 1
/// bands of words one is equal, so that looking bands up misses nobody.
final class TextLeaders {
  private let signatures: [[UInt64]?]
  private let agreeing: Int
  private let bands: [Range<Int>]
  /// Leaders with a band, by its number and words (other bands may share a key: who is found is compared), in order.
  private var places: [UInt64: [Int]] = [:]
  /// Indices of records, in the order of the scan.
  private var leaders: [Int] = []

  init(_ records: [Record], _ parameters: MinHash) throws(CreditError) {
    var signatures: [[UInt64]?] = []
    for record in records {
      guard case .text(let tokens) = record.content else { throw .contentKind(id: record.id.hex, wanted: "a text") }
      signatures.append(parameters.signature(tokens))
    }
    let (words, agreeing) = (parameters.wordCount, parameters.agreeing)
    let count = words - agreeing + 1
    bands = (0..<count).map { $0 * words / count..<($0 + 1) * words / count }
    self.signatures = signatures
    self.agreeing = agreeing
  }

  func add(_ record: Int) {
    if let signature = signatures[record] {
      for number in bands.indices { places[key(number, signature), default: []].append(leaders.count) }
    }
    leaders.append(record)
  }

  func earliest(_ members: [Int]) -> [Int?] { members.map { earliest($0).map { leaders[$0] } } }

  private func earliest(_ member: Int) -> Int? {
    guard let signature = signatures[member] else { return nil }
    var best: Int?
    for number in bands.indices {
      for place in places[key(number, signature), default: []] {
        if let best, place >= best { break }
        if agree(signature, signatures[leaders[place]] ?? []) { best = place }
      }
    }
    return best
  }

  private func agree(_ a: [UInt64], _ b: [UInt64]) -> Bool {
    zip(a, b).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) } >= agreeing
  }

  /// The words are below 2^61 and hashes themselves.
  private func key(_ number: Int, _ signature: [UInt64]) -> UInt64 {
    signature[bands[number]].reduce(UInt64(number)) { ($0 ^ $1) &* 0x9e37_79b9_7f4a_7c15 ^ ($0 >> 29) }
  }
}
