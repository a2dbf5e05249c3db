public import Cryptography

extension RarityTable {
  /// Of a file: a cost for each token of ``SpanTokens``, u16 each.
  public static let fileBytes = 2 * SpanTokens.alphabet

  /// Of some texts, each given by its tokens: how often each token occurs in all of them.
  public init(texts: some Sequence<[UInt32]>) throws(CreditError) {
    var counts = [UInt64](repeating: 0, count: SpanTokens.alphabet)
    for text in texts { for token in text where Int(token) < counts.count { counts[Int(token)] += 1 } }
    try self.init(counts: counts)
  }

  /// Reads a published file. Errors: another size than ``fileBytes``.
  public init(file: [UInt8]) throws(CreditError) {
    guard file.count == Self.fileBytes else {
      throw .outOfRange(
        what: "the size of a rarity table", value: "\(file.count) bytes", range: "exactly \(Self.fileBytes)")
    }
    try self.init(costs: stride(from: 0, to: file.count, by: 2).map { UInt16(file[$0]) << 8 | UInt16(file[$0 + 1]) })
  }

  /// What is published: the costs in the order of tokens, big-endian.
  public var file: [UInt8] { costs.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }

  /// SHA-256 of the file: what a policy names.
  public var digest: Digest32 { SHA256.hash(file) }
}
