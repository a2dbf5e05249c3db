/// The `smollm` pre-tokenizer: cuts text into pieces that merges never cross.
///
/// Each `\p{N}` scalar is a piece of its own; what lies between is cut by the GPT-2 pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, where the end of a stretch before a
/// digit counts as the end of the text. `\s` is White_Space; `\p{L}` and `\p{N}` are the general categories L* and N*.
struct PreTokenizer {
  enum ScalarClass: UInt8 {
    case space, whitespace, letter, number, apostrophe, other

    var isWhitespace: Bool { self == .space || self == .whitespace }
    /// `[^\s\p{L}\p{N}]`
    var isOther: Bool { self == .other || self == .apostrophe }

    init(_ scalar: Unicode.Scalar) {
      switch scalar.value {
      case 0x20: self = .space
      case 0x27: self = .apostrophe
      case 0x30...0x39: self = .number
      case 0x41...0x5a, 0x61...0x7a: self = .letter
      case 0x09...0x0d: self = .whitespace
      case 0..<0x80: self = .other
      default: self.init(properties: scalar.properties)
      }
    }

    private init(properties: Unicode.Scalar.Properties) {
      switch properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
      case .decimalNumber, .letterNumber, .otherNumber: self = .number
      default: self = properties.isWhitespace ? .whitespace : .other
      }
    }
  }

  /// Class of each scalar, and the byte offset at which it begins; one more offset for the end.
  private var classes: [ScalarClass] = []
  private var offsets: [Int] = []
  private let text: ArraySlice<UInt8>

  /// `text` must be well-formed UTF-8.
  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    classes.reserveCapacity(text.count)
    offsets.reserveCapacity(text.count + 1)
    var offset = text.startIndex
    var decoder = UTF8()
    var bytes = text.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&bytes) {
      classes.append(ScalarClass(scalar))
      offsets.append(offset)
      offset += UTF8.width(scalar)
    }
    offsets.append(offset)
  }

  /// Calls `body` with the byte range of each piece, in order; the ranges cover the text without gaps.
  func forEachPiece<Failure: Error>(_ body: (Range<Int>) throws(Failure) -> Void) throws(Failure) {
    var start = 0
    while start < classes.count {
      let end = self.end(ofPieceAt: start)
      try body(offsets[start]..<offsets[end])
      start = end
    }
  }

  private func end(ofPieceAt start: Int) -> Int {
    if classes[start] == .number { return start + 1 }
    if let end = contraction(at: start) { return end }
    let body = classes[start] == .space ? start + 1 : start
    if body < classes.count {
      if classes[body] == .letter { return run(from: body) { $0 == .letter } }
      if classes[body].isOther { return run(from: body, while: \.isOther) }
    }
    let end = run(from: start, while: \.isWhitespace)
    let atEnd = end == classes.count || classes[end] == .number
    return atEnd || end - start == 1 ? end : end - 1
  }

  private func run(from start: Int, while belongs: (ScalarClass) -> Bool) -> Int {
    var end = start
    while end < classes.count, belongs(classes[end]) { end += 1 }
    return end
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`, in lower case only. A contraction is ASCII, so scalars and bytes coincide.
  private func contraction(at start: Int) -> Int? {
    guard classes[start] == .apostrophe, start + 1 < classes.count else { return nil }
    let first = text[offsets[start] + 1]
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      guard start + 2 < classes.count else { return nil }
      let second = text[offsets[start] + 2]
      return second == (first == UInt8(ascii: "l") ? first : UInt8(ascii: "e")) ? start + 3 : nil
    default: return nil
    }
  }
}
