import Cryptography
import TestKit

@testable import Credit

/// The cases of Tests/Vectors/credit/methods.py, draw by draw, and our result of each as its line of text.
enum GeneratedCases {
  static let methods: [String: @Sendable (Int, inout SplitMix64) throws -> String] = [
    "knn-shapley/1": knn, "tknn-shapley/1": tknn, "vector classes": vectorClasses, "text classes": textClasses,
    "span/1": span, "context-shapley/1": context, "context-shapley/1 sampled": sampled, "metered/1": metered,
    "feedback/1": feedback,
  ]

  private static func digest(_ number: Int, _ item: some CustomStringConvertible) -> Digest32 {
    SHA256.hash([UInt8]("\(number),\(item)".utf8))
  }

  private static func line(_ weights: [Weighted]) -> String {
    var sums: [String: Int128] = [:]
    for weighted in weights { sums[weighted.contributor, default: 0] += weighted.weight }
    return sums.filter { $0.value != 0 }.sorted { CreditID.precedes($0.key, $1.key) }
      .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  private static func game(
    _ number: Int, _ draw: inout SplitMix64
  ) throws -> (NeighbourRanking, query: [Int8], NeighbourWorth) {
    let (width, count) = (1 + draw.below(6), 1 + draw.below(40))
    let spread = 1 + draw.below(60)
    func vector(_ draw: inout SplitMix64) -> [Int8] {
      (0..<width).map { _ in Int8(draw.below(2 * spread + 1) - spread) }
    }
    let classes = (0..<count).map { at in
      NeighbourClass(
        owner: "o\(draw.below(5))", commitment: UInt64(draw.below(6)), id: digest(number, at),
        label: UInt32(draw.below(3)), vector: vector(&draw))
    }
    let query = vector(&draw)
    let (kind, shift) = (draw.below(2), draw.below(4))
    return (try NeighbourRanking(NeighbourIndex(classes)), query, kind == 0 ? .label(1) : .relevance(shift: shift))
  }

  private static func knn(_ number: Int, _ draw: inout SplitMix64) throws -> String {
    let (ranking, query, worth) = try game(number, &draw)
    return line(
      try KNNShapley(neighbours: 1 + draw.below(10), negatives: negatives(number)).weights(query, worth, ranking))
  }

  private static func tknn(_ number: Int, _ draw: inout SplitMix64) throws -> String {
    let (ranking, query, worth) = try game(number, &draw)
    let radius = Int32(draw.below(2_001) - 1_000)
    return line(
      try ThresholdKNNShapley(radius: radius, negatives: negatives(number)).weights(query, worth, ranking))
  }

  private static func negatives(_ number: Int) -> NegativeScores { number % 2 == 0 ? .net : .dropped }

  /// Some records are copies of earlier ones, some near copies.
  private static func records(
    _ number: Int, _ draw: inout SplitMix64, fresh: (inout SplitMix64) -> Record.Content,
    changed: (Record.Content, inout SplitMix64) -> Record.Content
  ) -> [Record] {
    var records: [Record] = []
    for at in 0..<1 + draw.below(30) {
      let kind = records.isEmpty ? 0 : draw.below(3)
      let source = kind == 0 ? nil : records[draw.below(records.count)]
      let (who, commitment) = ("w\(draw.below(4))", UInt64(draw.below(10)))
      let content =
        switch source {
        case nil: fresh(&draw)
        case let source? where kind == 1: source.content
        case let source?: changed(source.content, &draw)
        }
      let id = kind == 1 ? source?.id : nil
      records.append(
        Record(contributor: who, commitment: commitment, id: id ?? digest(number, at), content: content))
    }
    return records
  }

  private static func vectorClasses(_ number: Int, _ draw: inout SplitMix64) throws -> String {
    let (width, threshold) = (1 + draw.below(8), 8_000 + draw.below(2_001))
    let records = records(number, &draw) { draw in
      .vector((0..<width).map { _ in Int8(draw.below(41) - 20) })
    } changed: { content, draw in
      guard case .vector(var vector) = content else { return content }
      vector[draw.below(width)] += 1
      return .vector(vector)
    }
    return try ClassScan.leaders(records, .cosine(basisPoints: threshold)).map(String.init).joined(separator: " ")
  }

  private static func textClasses(_ number: Int, _ draw: inout SplitMix64) throws -> String {
    let (width, words, threshold) = (1 + draw.below(3), 1 + draw.below(24), 3_000 + draw.below(7_001))
    let records = records(number, &draw) { draw in
      .text((0..<draw.below(20)).map { _ in UInt32(draw.below(1_000)) })
    } changed: { content, draw in
      guard case .text(var tokens) = content, !tokens.isEmpty else { return content }
      let token = UInt32(draw.below(1_000))
      tokens[draw.below(tokens.count)] = token
      return .text(tokens)
    }
    let method = try MinHash(width: width, words: words, basisPoints: threshold, seed: digest(number, "seed"))
    return try ClassScan.leaders(records, .minHash(method)).map(String.init).joined(separator: " ")
  }

  private static func span(_ number: Int, _ draw: inout SplitMix64) throws -> String {
    let alphabet = 2 + draw.below(6)
    let documents = (0..<draw.below(6)).map { at in
      let (owner, commitment) = ("o\(draw.below(4))", UInt64(draw.below(4)))
      return SpanDocument(
        owner: owner, commitment: commitment, id: digest(number, at),
        tokens: (0..<draw.below(60)).map { _ in UInt32(draw.below(alphabet)) })
    }
    let output = (0..<draw.below(40)).map { _ in UInt32(draw.below(alphabet + 1)) }
    let lengthMin = 1 + draw.below(6)
    let counts = (0..<alphabet).map { _ in UInt64(draw.below(50)) }
    let method = try SpanMethod(lengthMin: lengthMin, rarityMin: draw.below(6_000), rarity: RarityTable(counts: counts))
    // How the texts are spread over segments changes nothing.
    let split = number % (documents.count + 1)
    let index = try SpanIndex([SpanSegment(Array(documents[..<split])), SpanSegment(Array(documents[split...]))])
    return line(try method.weights(output, in: index))
  }

  private static func context(_: Int, _ draw: inout SplitMix64) throws -> String {
    let count = 1 + draw.below(6)
    let values = (0..<1 << count).map { _ in -Int64(draw.below(5_000_000)) }
    return line(try ContextShapley.weights(values).enumerated().map { Weighted(contributor: "d\($0)", weight: $1) })
  }

  private static func sampled(_ number: Int, _ draw: inout SplitMix64) throws -> String {
    let (count, permutations) = (13 + draw.below(8), 1 + draw.below(20))
    let sample = try SampledContextShapley(
      documents: count, permutations: permutations, seed: digest(number, "seed"))
    let worth = (0..<count).map { _ in Int64(draw.below(1_000)) }
    let tokens = Int64(1 + draw.below(500))
    let weights = try sample.weights { given in
      given.reduce(-30_000 + (given.starts(with: [0, 1]) ? 5_000 : 0)) { $0 + worth[$1] }
    }
    let named = weights.enumerated().map { Weighted(contributor: "d\($0)", weight: $1) }
    return "\(line(named)) +-\(try sample.error(answerTokens: tokens))"
  }

  private static func metered(_: Int, _ draw: inout SplitMix64) throws -> String {
    let perToken = UInt32(1 + draw.below(1 << 32 - 1))
    let method = try Metered(perToken: perToken, perMillisecond: UInt32(draw.below(1 << 32)))
    let counts = (0..<draw.below(6)).map { _ in
      let name = "m\(draw.below(4))"
      let tokens = draw.next()
      return Metered.Count(contributor: name, tokens: tokens, milliseconds: draw.next())
    }
    return line(try method.weights(counts))
  }

  private static func feedback(_: Int, _ draw: inout SplitMix64) throws -> String {
    func verdict(_ draw: inout SplitMix64) -> Feedback.Verdict { draw.below(2) == 0 ? .good : .bad }
    let ratings = (0..<draw.below(12)).map { _ in
      let (rater, subject) = ("p\(draw.below(4))", "p\(draw.below(4))")
      let given = verdict(&draw)
      return Feedback.Rating(rater: rater, subject: subject, verdict: given, index: UInt64(draw.below(20)))
    }
    let outcomes = (0..<draw.below(6)).map { _ in
      let subject = "p\(draw.below(4))"
      let given = verdict(&draw)
      return Feedback.Outcome(subject: subject, verdict: given, index: UInt64(draw.below(20)))
    }
    return line(try Feedback.weights(ratings, outcomes))
  }
}

extension SplitMix64 {
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
