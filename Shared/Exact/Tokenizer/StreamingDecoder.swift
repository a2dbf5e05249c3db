/// Turns generated tokens into text while they arrive, and never shows half a character.
///
/// The pieces joined, with that of `finish()` at the end, equal `String(decoding: allBytes, as: UTF8.self)`: a sequence
/// that turns out to be ill-formed becomes U+FFFD, as the Unicode Standard recommends (maximal subparts).
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  /// At most three bytes: the beginning of a character.
  private var pending: [UInt8] = []
  /// Whether the next byte, if it is a space, is the one that encoding put before the text.
  private var dropsSpace: Bool

  /// - Parameter startsText: whether the tokens begin a text, so that a space which the vocabulary asks to be put before
  ///   one is taken away. False for an answer: it goes on from a prompt.
  public init(_ tokenizer: Tokenizer, startsText: Bool = false) {
    self.tokenizer = tokenizer
    dropsSpace = startsText && tokenizer.vocabulary.encoding == .sentencePiece(spacePrefix: true)
  }

  /// The text that this token completes; empty while a character is unfinished, and for control tokens.
  public mutating func push(_ token: UInt32) throws(TokenizerError) -> String {
    var bytes = try tokenizer.decode([token])[...]
    if dropsSpace, let first = bytes.first {
      dropsSpace = false
      if first == UInt8(ascii: " ") { bytes = bytes.dropFirst() }
    }
    pending += bytes
    let held = unfinishedTail()
    defer { pending.removeFirst(pending.count - held) }
    return String(decoding: pending.dropLast(held), as: UTF8.self)
  }

  /// What is left at the end: U+FFFD for a character that was never finished, otherwise nothing.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  private func unfinishedTail() -> Int {
    for length in stride(from: min(3, pending.count), to: 0, by: -1)
    where WellFormedUTF8.sequence(at: pending.count - length, in: pending[...]) == .truncated {
      return length
    }
    return 0
  }
}
