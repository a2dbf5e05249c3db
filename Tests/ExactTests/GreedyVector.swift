import Exact
import Testing

@testable import ExactReference

/// What llama.cpp chose after a prompt, always the likeliest token, and by how much it was the likeliest at each step.
struct GreedyVector: Decodable {
  let promptTokens: [UInt32]
  let tokens: [UInt32]
  let gaps: [Float]
}

extension [GreedyVector] {
  /// How many of the tokens the model finds the likeliest too, given all before them. Where the gap is at least 1 it has to.
  func agreement(_ model: Model, sourceLocation: SourceLocation = #_sourceLocation) throws -> (agree: Int, total: Int) {
    let pool = try ThreadPool(threads: 2)
    var (agree, total) = (0, 0)
    for (index, vector) in enumerated() {
      let session = try Session(model: model, pool: pool, contextLimit: 2_048)
      let first = vector.promptTokens.count - 1
      try session.append(vector.promptTokens + vector.tokens.dropLast(), rowsFrom: first) { position, _, logits in
        let step = position - first
        let best = argmax(logits)
        total += 1
        if best == Int(vector.tokens[step]) {
          agree += 1
        } else if vector.gaps[step] >= 1 {
          Issue.record(
            "vector \(index), step \(step): \(String(describing: best)), gap \(vector.gaps[step])",
            sourceLocation: sourceLocation)
        }
      }
    }
    return (agree, total)
  }
}
