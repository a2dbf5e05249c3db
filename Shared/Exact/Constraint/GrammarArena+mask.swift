extension GrammarArena {
  /// The tokens that may come at `node`, and the largest cost after any of them.
  ///
  /// - Parameter budget: bytes that may follow the token; a token after which more are needed is left out.
  func mask(_ node: NodeID, _ trie: TokenTrie, budget: Int?, _ storage: inout Storage) -> CachedMask {
    let key = MaskKey(trie: ObjectIdentifier(trie), node: node)
    if let cached = storage.masks[key], budget.map({ $0 >= cached.costMax }) ?? true { return cached }
    var mask = TokenMask(count: trie.count)
    var costMax = 0
    var nodes = trie.all
    if returnsFromEveryPlainCharacter(node, &storage) {
      nodes = trie.special
      let cost = storage.nodes[Int(node)].cost
      if budget.map({ cost <= $0 }) ?? true {
        mask.formUnion(trie.plain)
        costMax = cost
      }
    }
    walk(nodes, from: node, &storage) { (cost, tokens) in
      if let budget, cost > budget { return }
      costMax = max(costMax, cost)
      for token in tokens { mask.insert(token) }
    }
    let made = CachedMask(trie: trie, mask: mask, costMax: costMax)
    if budget == nil {
      if storage.masks.count >= GrammarLimits.arenaMasks { storage.masks.removeAll(keepingCapacity: true) }
      storage.masks[key] = made
    }
    return made
  }

  /// The longest tokens that lie on a shortest way to the end: what is allowed when the budget is too small already.
  func hurriedMask(_ node: NodeID, _ trie: TokenTrie, _ storage: inout Storage) -> TokenMask {
    let cost = storage.nodes[Int(node)].cost
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
    visit: (_ cost: Int, _ tokens: ArraySlice<UInt32>) -> Void
  ) {
    var path = [NodeID](repeating: node, count: trie.depthMax + 1)
    var at = 0
    while at < trie.nodes.count {
      let entry = trie.nodes[at]
      let next = step(path[Int(entry.depth) - 1], entry.byte, &storage)
      if next == Self.dead {
        at = Int(entry.end)
        continue
      }
      path[Int(entry.depth)] = next
      if entry.tokensFrom < entry.tokensTo {
        visit(storage.nodes[Int(next)].cost, trie.tokens[Int(entry.tokensFrom)..<Int(entry.tokensTo)])
      }
      at += 1
    }
  }

  /// Whether every character that a JSON string spells as itself leads from `node` back to it.
  private func returnsFromEveryPlainCharacter(_ node: NodeID, _ storage: inout Storage) -> Bool {
    for sequence in UTF8Ranges.plainCharacters {
      var reached: Set<NodeID> = [node]
      for range in sequence {
        var next: Set<NodeID> = []
        for from in reached {
          var byte = Int(range.low)
          while byte <= Int(range.high) {
            let to = step(from, UInt8(byte), &storage)
            if to == Self.dead { return false }
            next.insert(to)
            let byteClass = classes.classOf[byte]
            while byte <= Int(range.high), classes.classOf[byte] == byteClass { byte += 1 }
          }
        }
        reached = next
      }
      if reached != [node] { return false }
    }
    return true
  }
}
