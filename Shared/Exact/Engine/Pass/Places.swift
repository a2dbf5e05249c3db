extension ForwardPass {
  /// Where the tokens of a batch stand, and how attention over it is cut into pieces of work.
  struct Places {
    /// Most tokens of a sequence that one piece of attention takes.
    static let attentionTokens = 16
    /// Contexts above which one token's heads are worth more pieces.
    private static let longContext = 1024

    struct Row {
      /// Index in the batch's tokens.
      let token: Int
      let segment: Int
      let position: Int
    }

    struct Piece {
      let segment: Int
      /// Index in the batch's tokens.
      let token: Int
      let count: Int
      /// Of the first of the tokens.
      let position: Int
    }

    /// [token]
    let segment: [Int]
    /// [token]
    let position: [Int]
    /// [token]: first float of the page that its key and value go to.
    let page: [UnsafeMutablePointer<Float>]
    /// [segment]: the sequence's pages.
    let tables: [UnsafePointer<UnsafePointer<Float>?>]
    let pieces: [Piece]
    /// No sequence has more than one token, so storing its key and attending to it need no barrier between.
    let isFused: Bool
    /// Each head is a piece of its own, where there would be too few otherwise.
    let splitsHeads: Bool

    init(_ batch: Batch, kvHeads: Int, workers: Int) {
      var (segment, position, pieces): ([Int], [Int], [Piece]) = ([], [], [])
      var page: [UnsafeMutablePointer<Float>] = []
      var longest = 0
      for (index, part) in batch.segments.enumerated() {
        for offset in 0..<part.count {
          segment.append(index)
          position.append(part.position + offset)
          page.append(part.sequence.page(of: part.position + offset))
        }
        for offset in stride(from: 0, to: part.count, by: Self.attentionTokens) {
          pieces.append(
            Piece(
              segment: index, token: part.first + offset, count: min(Self.attentionTokens, part.count - offset),
              position: part.position + offset))
        }
        longest = max(longest, part.position + part.count)
      }
      self.segment = segment
      self.position = position
      self.page = page
      self.pieces = pieces
      tables = batch.segments.map(\.sequence.table)
      splitsHeads = longest > Self.longContext && workers > 1 && pieces.count * kvHeads < 4 * workers
      isFused = pieces.count == segment.count && !splitsHeads && pieces.allSatisfy { $0.count == 1 }
    }

    /// The rows that a batch asks for, in its order.
    func rows(of batch: Batch) -> [Row] {
      batch.segments.enumerated().flatMap { index, part in
        (part.count - part.rows..<part.count).map {
          Row(token: part.first + $0, segment: index, position: part.position + $0)
        }
      }
    }
  }
}
