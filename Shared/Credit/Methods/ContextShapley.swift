/// `context-shapley/1` (FORMAT section 7): what each document of a prompt did for the answer, as the exact Shapley value,
/// times n!, of the answer's log-probability given some of the documents.
public enum ContextShapley {
  /// Documents of which every coalition is valued.
  public static let exactCountMax = 12
  /// 2^-16 nats; the floor of one token's log-probability is -64 nats.
  public static let tokenMin: Int64 = -(64 << 16)
  /// Tokens of an answer.
  public static let tokenCountMax: Int64 = 1 << 20

  /// - Parameter values: v(A) at index A, whose bit i says that document i is given; 2^n of them.
  /// - Returns: the weight of each document, below 2^71; they add up to n! times `v(all) - v(none)`. Empty when that is
  ///   negative: then documents together did harm, and none is paid.
  public static func weights(_ values: [Int64]) throws(CreditError) -> [Int128] {
    let count = values.count.trailingZeroBitCount
    guard values.count == 1 << count, (1...exactCountMax).contains(count) else {
      throw .outOfRange(
        what: "the count of coalitions", value: String(values.count), range: "2^n for 1 to \(exactCountMax) documents")
    }
    for value in values { try check(value) }
    guard values[values.count - 1] >= values[0] else { return [] }
    var factorials: [Int128] = [1]
    for n in 1...count { factorials.append(factorials[n - 1] * Int128(n)) }
    return (0..<count).map { document in
      var weight: Int128 = 0
      for coalition in values.indices where coalition >> document & 1 == 0 {
        let size = coalition.nonzeroBitCount
        let marginal = Int128(values[coalition | 1 << document]) - Int128(values[coalition])
        weight += factorials[size] * factorials[count - 1 - size] * marginal
      }
      return weight
    }
  }

  static func check(_ value: Int64) throws(CreditError) {
    guard (tokenMin * tokenCountMax...0).contains(value) else {
      throw .outOfRange(
        what: "a log-probability in 2^-16 nats", value: String(value), range: "-64 nats for each of 2^20 tokens to 0")
    }
  }
}
