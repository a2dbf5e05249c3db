/// The tokens that one pass takes in: for each of several sequences some tokens that follow what it holds.
///
/// Nothing that is computed for a token depends on what else is in the batch.
struct Batch {
  /// Consecutive tokens of one sequence.
  struct Segment {
    let sequence: KVSequence
    /// Index in `tokens` of the first.
    let first: Int
    let count: Int
    /// Of the first token in its sequence.
    let position: Int
    /// The last `rows` of them predict a token that somebody wants.
    let rows: Int
    /// Of those rows nothing but the largest logit is asked for.
    let onlyLargest: Bool
  }

  private(set) var tokens: [UInt32] = []
  private(set) var segments: [Segment] = []

  /// Total of rows wanted.
  var rows: Int { segments.reduce(0) { $0 + $1.rows } }

  /// Adds tokens of a sequence that has room for them. A sequence may be in a batch once.
  mutating func add(
    _ added: some Collection<UInt32>, of sequence: KVSequence, position: Int, rows: Int, onlyLargest: Bool = false
  ) {
    precondition(rows <= added.count && sequence.held.count * KVPages.positions >= position + added.count)
    segments.append(
      Segment(
        sequence: sequence, first: tokens.count, count: added.count, position: position, rows: rows,
        onlyLargest: onlyLargest))
    tokens += added
  }
}
