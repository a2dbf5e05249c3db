/// Finds the text of special tokens: the leftmost match, the longest at that place.
struct SpecialTokenMatcher: Sendable {
  struct Match {
    var id: UInt32
    var range: Range<Int>
  }

  private let texts: TokenTexts
  /// In the order of their bytes, so that all with one beginning stand together.
  private let ids: [UInt32]
  /// Those that begin with each byte.
  private let byFirst: [Range<Int>]

  /// `kinds`: which tokens count. An empty text never matches.
  init(_ vocabulary: Vocabulary, kinds: Set<Vocabulary.Kind>) {
    let texts = vocabulary.texts
    let ids = vocabulary.specials.filter { kinds.contains(vocabulary.kinds[Int($0)]) && !texts[Int($0)].isEmpty }
      .sorted { texts[Int($0)].lexicographicallyPrecedes(texts[Int($1)]) }
    var byFirst = [Range<Int>](repeating: 0..<0, count: 256)
    for (place, id) in ids.enumerated() {
      guard let first = texts[Int(id)].first.map(Int.init) else { continue }
      byFirst[first] = (byFirst[first].isEmpty ? place : byFirst[first].lowerBound)..<place + 1
    }
    self.texts = texts
    self.ids = ids
    self.byFirst = byFirst
  }

  func firstMatch(in text: [UInt8], from start: Int) -> Match? {
    if ids.isEmpty { return nil }
    for offset in start..<text.count {
      let candidates = byFirst[Int(text[offset])]
      if !candidates.isEmpty, let match = longest(candidates, in: text, at: offset) { return match }
    }
    return nil
  }

  /// Narrows the candidates byte by byte; the one that ends where they still agree is a match.
  private func longest(_ first: Range<Int>, in text: [UInt8], at offset: Int) -> Match? {
    var candidates = first
    var best: Match?
    var depth = 1
    while !candidates.isEmpty {
      let id = ids[candidates.lowerBound]
      // Of texts with one beginning the one that ends there comes first.
      if texts[Int(id)].count == depth {
        best = Match(id: id, range: offset..<offset + depth)
        candidates = candidates.dropFirst()
      }
      guard offset + depth < text.count else { break }
      let byte = text[offset + depth]
      candidates = boundary(candidates, depth) { $0 >= byte }..<boundary(candidates, depth) { $0 > byte }
      depth += 1
    }
    return best
  }

  /// The first candidate whose byte at `depth` is past the boundary. All are longer than `depth`.
  private func boundary(_ candidates: Range<Int>, _ depth: Int, _ isPast: (UInt8) -> Bool) -> Int {
    var (low, high) = (candidates.lowerBound, candidates.upperBound)
    while low < high {
      let middle = (low + high) / 2
      let text = texts[Int(ids[middle])]
      if isPast(text[text.startIndex + depth]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
