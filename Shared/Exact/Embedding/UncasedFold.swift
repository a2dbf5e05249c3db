/// What an uncased BERT tokenizer does to text before it looks for word pieces (Devlin et al., 2018; the order of the
/// Hugging Face library): removes controls, puts spaces around CJK ideographs, decomposes canonically, drops nonspacing
/// marks, lower-cases each scalar by itself, and cuts at white space and around punctuation.
///
/// The classes are a table of Unicode 14.0 in this repository, so that tokens do not change with the standard library. A
/// scalar that 14.0 does not know stays as it is. Marks that are not dropped stay in the order of the text.
struct UncasedFold: Sendable {
  static let shared = UncasedFold()

  private let removed: [ClosedRange<UInt32>]
  private let spaces: [ClosedRange<UInt32>]
  private let punctuation: [ClosedRange<UInt32>]
  private let folds: [UInt32: [UInt32]]

  private init() {
    removed = Self.ranges(Self.removedTable)
    spaces = Self.ranges(Self.spaceTable)
    punctuation = Self.ranges(Self.punctuationTable)
    folds = Self.folds(Self.foldTable)
  }

  /// The words and punctuation marks of a text, in order; no word is empty.
  func words(_ text: String) -> [[UInt32]] {
    var words: [[UInt32]] = []
    var word: [UInt32] = []
    func close() {
      if !word.isEmpty { words.append(word) }
      word.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
      let value = scalar.value
      if Self.contains(removed, value) { continue }
      if Self.contains(spaces, value) {
        close()
        continue
      }
      let stands = Self.isIdeograph(value)
      if stands { close() }
      fold(value) { folded in
        if isPunctuation(folded) {
          close()
          words.append([folded])
        } else {
          word.append(folded)
        }
      }
      if stands { close() }
    }
    close()
    return words
  }

  private func fold(_ scalar: UInt32, _ body: (UInt32) -> Void) {
    switch scalar {
    case 0x41...0x5a: body(scalar + 0x20)
    case 0..<0x80: body(scalar)
    // Hangul syllables, by arithmetic (Unicode Standard, section 3.12).
    case 0xac00...0xd7a3:
      let index = scalar - 0xac00
      body(0x1100 + index / 588)
      body(0x1161 + index % 588 / 28)
      if index % 28 != 0 { body(0x11a7 + index % 28) }
    default:
      if let folded = folds[scalar] { folded.forEach(body) } else { body(scalar) }
    }
  }

  /// Every ASCII character that is neither letter, digit, space nor control counts, as `$`, `+` and `^` do.
  private func isPunctuation(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: true
    case 0..<0x80: false
    default: Self.contains(punctuation, scalar)
    }
  }

  /// The blocks that BERT treats as words of one character; other CJK scripts have spaces or kana.
  private static func isIdeograph(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x2a6df, 0x2a700...0x2ceaf, 0x2f800...0x2fa1f:
      true
    default: false
    }
  }

  private static func contains(_ ranges: [ClosedRange<UInt32>], _ scalar: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar)
  }

  // MARK: Reading the table

  private static func entries(_ table: String) -> [Substring] { table.split { $0 == " " || $0 == "\n" } }

  private static func number(_ text: some StringProtocol) -> UInt32 {
    guard let value = UInt32(text, radix: 16) else { preconditionFailure("\(text) in the table of UncasedFold") }
    return value
  }

  private static func ranges(_ table: String) -> [ClosedRange<UInt32>] {
    entries(table).map { entry in
      let ends = entry.split(separator: "-").map { number($0) }
      return ends[0]...ends[ends.count - 1]
    }
  }

  private static func folds(_ table: String) -> [UInt32: [UInt32]] {
    var out: [UInt32: [UInt32]] = [:]
    for entry in entries(table) {
      let sides = entry.split(separator: "=")
      if sides.count == 2 {
        out[number(sides[0])] = sides[1].split(separator: ",").map { number($0) }
        continue
      }
      // a-b+d, a-b-d, a-b/2+d
      let parts = entry.split { "-+/".contains($0) }
      let step = entry.contains("/") ? 2 : 1
      let distance = number(parts[parts.count - 1])
      let isDown = entry.dropLast(parts[parts.count - 1].count).last == "-"
      for scalar in stride(from: number(parts[0]), through: number(parts[1]), by: step) {
        out[scalar] = [isDown ? scalar - distance : scalar + distance]
      }
    }
    return out
  }
}
