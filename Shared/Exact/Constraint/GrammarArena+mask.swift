extension GrammarArena {
  /// The tokens that may come at `node`, and the largest cost after any of them.
  ///
  /// - Parameter budget: bytes that may follow the token; a token after which more are needed is left out.
  func mask(_ node: NodeID, _ trie: TokenTrie, budget: Int?, _ storage: inout Storage) -> CachedMask {
    let key = MaskKey(trie: ObjectIdentifier(trie), node: node)
    if let cached = storage.masks[key], budget.map({ $0 >= cached.costMax }) ?? true { return cached }
    var mask = TokenMask(count: trie.count)
    var costMax = 0
    // Whether the budget left out nothing: then the mask is remembered.
    var isWhole = true
    var nodes = trie.all
    if let chain = plainChain(node, atMost: trie.plain.count, &storage) {
      nodes = trie.special
      for (index, after) in chain.enumerated() {
        let cost = Int(storage.costs[Int(after)])
        if cost > budget ?? Int.max {
          isWhole = false
          continue
        }
        costMax = max(costMax, cost)
        mask.formUnion(trie.plain[index])
      }
    }
    walk(nodes, from: node, &storage) { (cost, tokens) in
      if cost > budget ?? Int.max {
        isWhole = false
        return
      }
      costMax = max(costMax, cost)
      for token in tokens { mask.insert(token) }
    }
    let made = CachedMask(trie: trie, mask: mask, costMax: costMax)
    if isWhole {
      if storage.masks.count >= GrammarLimits.arenaMasks { storage.masks.removeAll(keepingCapacity: true) }
      storage.masks[key] = made
    }
    return made
  }

  /// The longest tokens that lie on a shortest way to the end: what is allowed when the budget is too small already.
  func hurriedMask(_ node: NodeID, _ trie: TokenTrie, _ storage: inout Storage) -> TokenMask {
    let cost = Int(storage.costs[Int(node)])
    var mask = TokenMask(count: trie.count)
    var least = cost
    walk(trie.all, from: node, &storage) { (after, tokens) in
      if after > least || after >= cost { return }
      if after < least { mask.removeAll() }
      least = after
      for token in tokens { mask.insert(token) }
    }
    return mask
  }

  /// Visits each prefix that the grammar allows and at which tokens end.
  @inline(__always)
  private func walk(
    _ trie: TrieNodes, from node: NodeID, _ storage: inout Storage,
    visit: (_ cost: Int, _ tokens: Slice<UnsafeBufferPointer<UInt32>>) -> Void
  ) {
    var path = [NodeID](repeating: node, count: trie.depthMax + 1)
    trie.nodes.withUnsafeBufferPointer { nodes in
      trie.tokens.withUnsafeBufferPointer { tokens in
        path.withUnsafeMutableBufferPointer { path in
          var at = 0
          while at < nodes.count {
            let entry = nodes[at]
            let next = step(path[Int(entry.depth) - 1], entry.byte, &storage)
            if next == Self.dead {
              at = Int(entry.end)
              continue
            }
            path[Int(entry.depth)] = next
            if entry.tokensFrom < entry.tokensTo {
              visit(Int(storage.costs[Int(next)]), tokens[Int(entry.tokensFrom)..<Int(entry.tokensTo)])
            }
            at += 1
          }
        }
      }
    }
  }

  /// The nodes after one, two, ... characters that a JSON string spells as themselves, whichever they are, as long as the
  /// grammar allows more; nil where they do not all lead to the same node. So it is inside strings, with limits of length
  /// or without.
  private func plainChain(_ node: NodeID, atMost limit: Int, _ storage: inout Storage) -> [NodeID]? {
    var chain: [NodeID] = []
    var at = node
    while chain.count < limit {
      guard let next = afterPlainCharacter(at, &storage) else { return nil }
      if next == Self.dead { break }
      chain.append(next)
      at = next
    }
    return chain.isEmpty ? nil : chain
  }

  private func afterPlainCharacter(_ node: NodeID, _ storage: inout Storage) -> NodeID? {
    let known = storage.plainSteps[Int(node)]
    if known != Storage.unknown { return known == Storage.notUniform ? nil : known }
    let found = findAfterPlainCharacter(node, &storage)
    storage.plainSteps[Int(node)] = found ?? Storage.notUniform
    return found
  }

  private func findAfterPlainCharacter(_ node: NodeID, _ storage: inout Storage) -> NodeID? {
    var answer: NodeID?
    for sequence in UTF8Ranges.plainCharacters {
      var reached: Set<NodeID> = [node]
      for range in sequence {
        var next: Set<NodeID> = []
        for from in reached {
          var byte = Int(range.low)
          while byte <= Int(range.high) {
            next.insert(step(from, UInt8(byte), &storage))
            let byteClass = classes.classOf[byte]
            while byte <= Int(range.high), classes.classOf[byte] == byteClass { byte += 1 }
          }
        }
        reached = next
      }
      guard reached.count == 1, let only = reached.first, answer == nil || answer == only else { return nil }
      answer = only
    }
    return answer
  }
}
