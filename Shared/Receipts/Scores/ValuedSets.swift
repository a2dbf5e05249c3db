internal import Credit

/// The values at the beginning of the opening `scores`, and the weights that follow from them: exact where every set of
/// documents is valued, approximate where permutations were drawn.
struct ValuedSets {
  let values: [Int64]
  /// One for each document; none where all of them together did harm.
  let weights: [Int128]
  /// Bytes that the values take, with what stands in front of them.
  let byteCount: Int
  /// Nil where the weights are exact.
  let sample: ScoreSample?
  let approximation: Approximation?

  /// Errors: too few bytes, a sample that cannot be drawn, or a value out of range.
  init(_ data: [UInt8], documents count: Int) throws(ReceiptError) {
    guard (1...RequestedDocument.countMax).contains(count) else {
      throw .field("scores", why: "are of \(count) documents, they must be of 1 to \(RequestedDocument.countMax)")
    }
    do {
      if count <= ContextShapley.exactCountMax {
        byteCount = DocumentScores.valueBytes << count
        values = try Self.values(data, from: 0, to: byteCount)
        weights = try ContextShapley.weights(values)
        (sample, approximation) = (nil, nil)
      } else {
        guard let sample = ScoreSample(data) else {
          throw ReceiptError.field("scores", why: "has \(data.count) bytes, too few for a sample of \(count) documents")
        }
        let drawn = try sample.drawn(documents: count)
        let first = ScoreSample.byteCount
        byteCount = first + DocumentScores.valueBytes * drawn.coalitions.count
        values = try Self.values(data, from: first, to: byteCount)
        weights = try drawn.weights(values: values)
        self.sample = sample
        approximation = Approximation(
          permutations: sample.permutations, error: try drawn.error(answerTokens: Int64(sample.answerTokens)),
          reveal: sample.reveal)
      }
    } catch let error as ReceiptError { throw error } catch { throw .field("scores", why: "\(error)") }
  }

  private static func values(_ data: [UInt8], from first: Int, to end: Int) throws(ReceiptError) -> [Int64] {
    guard data.count >= end else {
      throw .field("scores", why: "has \(data.count) bytes, its documents need \(end)")
    }
    return DocumentScores.values(Array(data[first..<end]))
  }
}
