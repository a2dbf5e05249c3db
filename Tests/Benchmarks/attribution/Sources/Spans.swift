import Credit
import Cryptography
import Foundation

extension CreditBench {
  /// TOKENS is u16, each text ended by 65535; text i is of owner i mod 8.
  static func build(_ tokens: String, _ segment: String) throws -> String {
    let documents = try numbers(tokens, UInt16.self).split(separator: .max).enumerated()
      .map { at, text in
        SpanDocument(
          owner: "c\(at % 8)", commitment: UInt64(at), id: SHA256.hash([UInt8](String(at).utf8)),
          tokens: text.map { UInt32($0) })
      }
    let count = documents.reduce(0) { $0 + $1.tokens.count }
    let (time, built) = try timed {
      let built = try SpanSegment(documents)
      try built.write(to: segment)
      return built
    }
    return "{\"time\":\(time),\"tokens\":\(count),\"bytes\":\(built.byteCount)}"
  }

  /// OUTPUTS is u16, 256 tokens each: who is paid for which, and the spans that pay.
  static func spans(_ segment: String, _ outputs: String) throws -> String {
    let index = try SpanIndex([SpanSegment(path: segment)])
    let method = try SpanMethod(lengthMin: 8, rarity: RarityTable(costs: []))
    let tokens = try numbers(outputs, UInt16.self).map { UInt32($0) }
    var (times, results): ([Double], [String]) = ([], [])
    for start in stride(from: 0, to: tokens.count, by: 256) {
      let output = Array(tokens[start..<start + 256])
      let (time, _) = try timed { try method.weights(output, in: index) }
      times.append(time)
      let credits = try method.credits(output, in: index)
      let spans = credits.map { "[\($0.span.lowerBound),\($0.span.upperBound),\($0.commitment)]" }
      results.append("[\(spans.joined(separator: ","))]")
    }
    return "{\"times\":\(times),\"spans\":[\(results.joined(separator: ","))]}"
  }
}
