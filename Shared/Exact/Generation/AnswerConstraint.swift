/// Where one choice stands in the grammar of its answer, with the vocabulary that spells it.
struct AnswerConstraint: Sendable {
  private let vocabulary: GrammarVocabulary
  private var state: GrammarState
  private var mask: TokenMask

  init(_ grammar: OutputGrammar, on model: ChatModel) {
    vocabulary = model.grammarVocabulary
    state = GrammarState(grammar)
    mask = TokenMask(count: vocabulary.trie.count)
  }

  /// Nothing may follow.
  var mustEnd: Bool { state.mustEnd }

  /// A bit for each token that may come next. One token is kept back for the end of the turn, so that a limit cuts no
  /// answer that could have been completed.
  mutating func allowed(tokensLeft: Int) -> [UInt64] {
    state.allowed(
      vocabulary.trie, endTokens: vocabulary.endTokens, remaining: max(0, tokensLeft - 1), into: &mask)
    return mask.words
  }

  mutating func advance(_ bytes: [UInt8]) throws(GenerationError) {
    do { try state.advance(bytes) } catch { throw .grammar(error) }
  }
}

/// What grammars need of a vocabulary. Made once per model, when the first grammar asks for it.
struct GrammarVocabulary: Sendable {
  let trie: TokenTrie
  let endTokens: [UInt32]

  init(_ tokenizer: Tokenizer) {
    let tokens = 0..<UInt32(tokenizer.vocabulary.count)
    trie = TokenTrie(tokens: tokens.map { tokenizer.bytes(of: $0) })
    endTokens = tokens.filter(tokenizer.isEndOfGeneration)
  }
}
