import Cryptography

/// The texts of a snapshot in segments. A snapshot grows by a segment of what is new; segments are merged when they are
/// many, and no result depends on how the texts are spread over them.
public struct SpanIndex: Sendable {
  public static let segmentCountMax = 64

  public let segments: [SpanSegment]

  /// Errors: a class in two segments, too many segments.
  public init(_ segments: [SpanSegment]) throws(CreditError) {
    guard segments.count <= Self.segmentCountMax else {
      throw .tooMany(what: "segments", count: segments.count, limit: Self.segmentCountMax)
    }
    var seen = Set<Digest32>()
    for segment in segments {
      for standing in segment.standings where !seen.insert(standing.id).inserted {
        throw .duplicate(what: "class", standing.id.hex)
      }
    }
    self.segments = segments
  }

  /// The snapshot with more classes: a new segment, merged with the last ones while these are not at least four times
  /// as large. So a token is indexed again a logarithmic number of times, and a query meets as many segments.
  public func adding(_ documents: [SpanDocument]) throws(CreditError) -> SpanIndex {
    var (kept, merged) = (segments, documents)
    var count = documents.reduce(0) { $0 + $1.tokens.count + 1 }
    while let last = kept.last, last.count < 4 * count, last.count + count <= SpanSegment.symbolCountMax {
      merged += last.documents
      count += last.count
      kept.removeLast()
    }
    return try SpanIndex(kept + [SpanSegment(merged)])
  }

  /// The length of the longest match in any one text, from each place of the output on.
  func longestMatches(_ tokens: [UInt32]) -> [Int] {
    segments.reduce(Array(repeating: 0, count: tokens.count)) { lengths, segment in
      zip(lengths, segment.longestMatches(tokens)).map { max($0, $1) }
    }
  }

  /// The earliest class that has these tokens.
  func earliest(_ tokens: ArraySlice<UInt32>) -> (standing: SpanStanding, owner: String)? {
    segments.compactMap { $0.earliest(tokens) }.min { $0.standing < $1.standing }
  }
}
