/// Finds the text of control and user-defined tokens: the leftmost match, the longest at that place.
struct SpecialTokenMatcher: Sendable {
  struct Match {
    var id: UInt32
    var range: Range<Int>
  }

  /// Candidates by their first byte, longest first.
  private let candidates: [[(id: UInt32, text: [UInt8])]]

  init(_ vocabulary: Vocabulary) {
    var table = Array(repeating: [(id: UInt32, text: [UInt8])](), count: 256)
    for id in 0..<vocabulary.count {
      let kind = vocabulary.kinds[id]
      guard kind == .control || kind == .userDefined, let first = vocabulary.bytes[id].first else { continue }
      table[Int(first)].append((UInt32(id), vocabulary.bytes[id]))
    }
    candidates = table.map { $0.sorted { ($1.text.count, $0.id) < ($0.text.count, $1.id) } }
  }

  func firstMatch(in text: [UInt8], from start: Int) -> Match? {
    for offset in start..<text.count {
      for candidate in candidates[Int(text[offset])] where text[offset...].starts(with: candidate.text) {
        return Match(id: candidate.id, range: offset..<(offset + candidate.text.count))
      }
    }
    return nil
  }
}
