/// Why a generation ended.
public enum GenerationEnd: String, Sendable, CaseIterable {
  /// The last token ends the turn, or with it a stop string is complete, or the grammar of the answer, which allows
  /// nothing more. It is part of the tokens and of the chain; the end of the turn spells no text, and the text is cut
  /// before a stop string.
  case stop
  /// As `stop`, and the answer calls tools.
  case toolCalls = "tool_calls"
  /// The limit of tokens is reached.
  case length
  /// Somebody asked for it.
  case cancelled
}
