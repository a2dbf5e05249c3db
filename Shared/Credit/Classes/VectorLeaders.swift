import Cryptography

/// Finds leaders by the cosine of int8 vectors, compared by cross-multiplication: no root, no rounding.
final class VectorLeaders {
  private let vectors: [[Int8]]
  private let squares: [Int64]
  private let threshold: UInt128
  private let rows: PackedRows
  private let dots: Pages<Int32>
  /// Indices of records, in the order of the scan.
  private var leaders: [Int] = []

  /// Rows that stay in the second cache while a batch of records is compared with them.
  private static let chunk = 1_024

  init(_ records: [Record], basisPoints: Int) throws(CreditError) {
    guard (1...BasisPoints.whole).contains(basisPoints) else {
      throw .basisPointsOutOfRange(of: "the cosine of near vectors", basisPoints)
    }
    var vectors: [[Int8]] = []
    for record in records {
      guard case .vector(let vector) = record.content else { throw .contentKind(id: record.id.hex, wanted: "a vector") }
      let width = vectors.first?.count ?? vector.count
      guard vector.count == width else { throw .widths(id: record.id.hex, count: vector.count, wanted: width) }
      vectors.append(vector)
    }
    let width = vectors.first?.count ?? 1
    guard (1...NeighbourIndex.widthMax).contains(width) else {
      throw .outOfRange(what: "the width of vectors", value: String(width), range: "1 to \(NeighbourIndex.widthMax)")
    }
    rows = try PackedRows(width: width, capacity: vectors.count, kernel: .widest)
    dots = try Pages(rows.capacity, "dot products")
    squares = vectors.map { $0.reduce(0) { $0 + Int64($1) * Int64($1) } }
    threshold = UInt128(basisPoints * basisPoints)
    self.vectors = vectors
  }

  func add(_ record: Int) {
    rows.set(leaders.count, vectors[record])
    leaders.append(record)
  }

  func earliest(_ members: [Int]) -> [Int?] {
    var found: [Int?] = Array(repeating: nil, count: members.count)
    for start in stride(from: 0, to: leaders.count, by: Self.chunk) {
      let end = min(start + Self.chunk, leaders.count)
      for (at, member) in members.enumerated() where found[at] == nil {
        rows.dots(vectors[member], rows: start..<(end + 15) / 16 * 16, into: dots.base)
        found[at] = (start..<end).first { isNear(dots.base[$0], squares[member], squares[leaders[$0]]) }
          .map { leaders[$0] }
      }
    }
    return found
  }

  /// `(a.b)^2 * 10^8 >= t^2 * (a.a) * (b.b)`: below 2^84.
  private func isNear(_ dot: Int32, _ a: Int64, _ b: Int64) -> Bool {
    guard dot > 0 else { return false }
    let square = UInt128(Int64(dot) * Int64(dot))
    return square * 100_000_000 >= threshold * UInt128(a) * UInt128(b)
  }
}
