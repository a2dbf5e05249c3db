/// Who wrote a stretch of text.
enum TextOrigin: Sendable, Equatable {
  /// The template's author, in the model file: special tokens are recognised here.
  case template
  /// The client (messages, tools), or a value computed from either: never more than text.
  case data
}

/// Text that knows who wrote each of its bytes.
///
/// The bytes are UTF-8. Positions in the public sense of Jinja (length, subscripts, slices) count Unicode scalars, as
/// Python does; ranges here are of bytes and begin and end between scalars. Equality is that of the bytes alone.
struct TemplateText: Sendable {
  struct Run: Sendable, Equatable {
    /// Where the run ends; it begins where the one before ends.
    var end: Int
    var origin: TextOrigin
  }

  private(set) var bytes: [UInt8] = []
  /// Neighbours differ in origin, none is empty, the last one ends with the text.
  private(set) var runs: [Run] = []

  init() {}

  init(_ string: some StringProtocol, _ origin: TextOrigin) {
    append(string.utf8, origin)
  }

  var isEmpty: Bool { bytes.isEmpty }
  var string: String { String(decoding: bytes, as: UTF8.self) }

  mutating func append(_ more: some Collection<UInt8>, _ origin: TextOrigin) {
    guard !more.isEmpty else { return }
    bytes.append(contentsOf: more)
    close(origin)
  }

  mutating func append(_ other: TemplateText) {
    append(other, 0..<other.bytes.count)
  }

  /// Appends a range of the bytes of `other`.
  mutating func append(_ other: TemplateText, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    var at = other.runIndex(at: range.lowerBound)
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(other.runs[at].end, range.upperBound)
      append(other.bytes[start..<end], other.runs[at].origin)
      start = end
      at += 1
    }
  }

  func slice(_ range: Range<Int>) -> TemplateText {
    var out = TemplateText()
    out.append(self, range)
    return out
  }

  static func + (a: TemplateText, b: TemplateText) -> TemplateText {
    var out = a
    out.append(b)
    return out
  }

  private mutating func close(_ origin: TextOrigin) {
    if let last = runs.indices.last, runs[last].origin == origin {
      runs[last].end = bytes.count
    } else {
      runs.append(Run(end: bytes.count, origin: origin))
    }
  }

  /// The run that holds the byte at `offset`, which must lie within the text.
  private func runIndex(at offset: Int) -> Int {
    var low = 0
    var high = runs.count - 1
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].end <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension TemplateText: Hashable {
  static func == (a: TemplateText, b: TemplateText) -> Bool { a.bytes == b.bytes }
  func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension TemplateText {
  /// Code point order, which is that of the bytes.
  static func < (a: TemplateText, b: TemplateText) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

  /// The number of Unicode scalars.
  var count: Int { bytes.reduce(0) { $0 + ($1 & 0xc0 == 0x80 ? 0 : 1) } }

  /// The byte ranges of the scalars.
  var scalarRanges: [Range<Int>] {
    var out: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      let end = scalarEnd(start)
      out.append(start..<end)
      start = end
    }
    return out
  }

  /// Where the scalar that begins at `start` ends.
  func scalarEnd(_ start: Int) -> Int {
    var end = start + 1
    while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
    return end
  }

  /// Where the scalar that ends at `end` begins.
  func scalarStart(_ end: Int) -> Int {
    var start = end - 1
    while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return start
  }

  func scalar(_ range: Range<Int>) -> Unicode.Scalar {
    if range.count == 1 { return Unicode.Scalar(bytes[range.lowerBound]) }
    return String(decoding: bytes[range], as: UTF8.self).unicodeScalars.first ?? "\u{fffd}"
  }

  /// The text in single scalars.
  var characters: [TemplateText] { scalarRanges.map(slice) }
}
