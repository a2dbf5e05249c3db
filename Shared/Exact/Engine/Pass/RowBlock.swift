/// Rows that were computed together.
struct RowBlock {
  struct Row {
    /// Index in the batch.
    let segment: Int
    /// Of the last token that the row has seen.
    let position: Int
    /// Final normed hidden state, `width` floats; valid until the block has been consumed.
    let hidden: UnsafeBufferPointer<Float>
    var prediction: Prediction
  }

  let rows: [Row]
}

/// What a row says of the token that it predicts.
enum Prediction {
  /// One for each token of the vocabulary; valid until the block has been consumed.
  case logits(UnsafeBufferPointer<Float>)
  /// The token that they lead to, and its logit.
  case picked(token: UInt32, logit: Float)

  /// Of a row of which all were asked for.
  var logits: UnsafeBufferPointer<Float> {
    guard case .logits(let all) = self else { preconditionFailure("nothing but the largest logit was asked for") }
    return all
  }

  /// The logit of the token that was picked.
  func logit(of token: UInt32) -> Float {
    switch self {
    case .logits(let all): return all[Int(token)]
    case .picked(let picked, let logit):
      precondition(token == picked, "no other logit is known")
      return logit
    }
  }
}
