@testable import Exact

extension ConstraintDriver {
  /// The mask by its definition: each token on a copy.
  static func mask(
    _ state: GrammarState, _ tokens: [[UInt8]?], _ trie: TokenTrie, remaining: Int?
  ) -> TokenMask {
    var mask = TokenMask(count: tokens.count)
    for (id, bytes) in tokens.enumerated() {
      guard let bytes, !bytes.isEmpty else { continue }
      var copy = state
      do { try copy.advance(bytes) } catch { continue }
      if let remaining, copy.bytesToComplete(trie) ?? .max > remaining - 1 { continue }
      mask.insert(UInt32(id))
    }
    if state.isComplete { mask.insert(endToken) }
    return mask
  }
}
