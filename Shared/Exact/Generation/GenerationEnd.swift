/// Why a generation ended.
public enum GenerationEnd: String, Sendable, CaseIterable {
  /// The last token ends the turn. It is part of the tokens and of the chain, and spells no text.
  case stop
  /// The limit of tokens is reached.
  case length
  /// Somebody asked for it.
  case cancelled

  /// How an answer that has come so far ends by itself; nil when it goes on. The one rule that execution and
  /// re-execution share.
  static func natural(last token: UInt32, count: Int, maxTokens: Int, tokenizer: Tokenizer) -> GenerationEnd? {
    if tokenizer.isEndOfGeneration(token) { return .stop }
    return count >= maxTokens ? .length : nil
  }
}
