internal import Synchronization

/// Where an answer stands in its grammar. A value: a copy goes its own way.
///
/// ```swift
/// var state = GrammarState(grammar)
/// var mask = TokenMask(count: trie.count)
/// while !state.mustEnd {
///   state.allowed(trie, endTokens: [eos], remaining: maxTokens - answer.count, into: &mask)
///   let token = pick(mask)
///   if token == eos { break }
///   try state.advance(bytes(token))
/// }
/// ```
///
/// **Guarantee.** Where the vocabulary spells every byte that the grammar uses by a token of its own (byte-level BPE, or
/// byte fallback), the mask is never empty while `isComplete` is false; and if the first call has `remaining >=
/// bytesToComplete(trie)` and each later call one less, then `isComplete` holds after at most `remaining` tokens: a limit
/// of tokens never cuts an answer. A vocabulary that lacks bytes gets the same guarantee for the answers that it can
/// spell; `bytesToComplete` is nil where there are none.
///
/// The mask is a function of the grammar, the bytes so far, the vocabulary and `remaining`: of nothing else.
public struct GrammarState: Sendable {
  private let grammar: OutputGrammar
  private var arena: GrammarArena
  private var node: GrammarArena.NodeID
  /// The answer could end here.
  public private(set) var isComplete: Bool
  /// The answer could end here, and no byte may follow.
  public private(set) var mustEnd: Bool

  public init(_ grammar: OutputGrammar) {
    self.grammar = grammar
    let arena = grammar.arena(for: .all)
    self.arena = arena
    (node, isComplete, mustEnd) = arena.storage.withLock { storage in
      let node = arena.start(&storage)
      let found = storage.nodes[Int(node)]
      return (node, found.accepts, found.accepts && found.places.isEmpty)
    }
  }

  /// Sets bit i of `mask` for each token that may come next and clears all others.
  ///
  /// - Parameters:
  ///   - endTokens: the tokens that end an answer: allowed exactly where the grammar accepts.
  ///   - remaining: tokens that the answer may still have, this one included and an end token not. Tokens after which it
  ///     could not be completed are left out. Where it is too late for that, the longest tokens of a shortest completion
  ///     are allowed. Nil: no limit.
  ///   - mask: of the vocabulary's size; another size is replaced.
  public func allowed(
    _ trie: TokenTrie, endTokens: [UInt32], remaining: Int? = nil, into mask: inout TokenMask
  ) {
    mask = onArena(for: trie) { (arena, node, storage) in
      guard let remaining, Int(storage.costs[Int(node)]) > max(remaining, 0) else {
        return arena.mask(node, trie, budget: remaining.map { max($0, 0) - 1 }, &storage).mask
      }
      return arena.hurriedMask(node, trie, &storage)
    }
    if isComplete { for token in endTokens { mask.insert(token) } }
  }

  /// Goes on by the bytes of one token. On an error the state is as before.
  ///
  /// - Throws: `rejected` with the first byte that the grammar does not allow.
  public mutating func advance(_ bytes: [UInt8]) throws(GrammarError) {
    renewArena()
    let arena = arena
    let from = node
    let result: Result<(GrammarArena.NodeID, Bool, Bool), GrammarError> = arena.storage.withLock { storage in
      var node = from
      for (offset, byte) in bytes.enumerated() {
        node = arena.step(node, byte, &storage)
        if node == GrammarArena.dead { return .failure(.rejected(byte: byte, offset: offset)) }
      }
      let found = storage.nodes[Int(node)]
      return .success((node, found.accepts, found.accepts && found.places.isEmpty))
    }
    (node, isComplete, mustEnd) = try result.get()
  }

  /// Fewest bytes to a complete answer, so a bound on its tokens; nil where the vocabulary cannot spell one.
  public func bytesToComplete(_ trie: TokenTrie) -> Int? {
    onArena(for: trie) { (_, node, storage) in
      let cost = Int(storage.costs[Int(node)])
      return cost < Int(CompletionCost.infinite) ? cost : nil
    }
  }

  /// Runs `body` on the arena whose costs count on the vocabulary's single bytes only.
  private func onArena<Answer: Sendable>(
    for trie: TokenTrie, _ body: (GrammarArena, GrammarArena.NodeID, inout GrammarArena.Storage) -> Answer
  ) -> Answer {
    if trie.singleBytes.isSuperset(of: grammar.usedBytes) {
      return arena.storage.withLock { body(arena, node, &$0) }
    }
    let other = grammar.arena(for: trie.singleBytes)
    let position = arena.storage.withLock { arena.position(node, $0) }
    return other.storage.withLock { body(other, other.node(at: position, &$0), &$0) }
  }

  /// Moves to a fresh arena when this one remembers too much.
  private mutating func renewArena() {
    guard arena.storage.withLock({ $0.isFull }) else { return }
    let position = arena.storage.withLock { arena.position(node, $0) }
    let fresh = grammar.arena(for: .all)
    node = fresh.storage.withLock { fresh.node(at: position, &$0) }
    arena = fresh
  }
}
