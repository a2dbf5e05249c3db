/// Makes tokens of a rendered conversation.
///
/// The text of a special token stands for that token only where the template wrote all of it. What lies between two such
/// places is encoded as one text, whoever wrote it, and in it no text stands for a special token.
struct PromptEncoder: Sendable {
  private struct Marker: Sendable {
    var id: UInt32
    var text: [UInt8]
  }

  /// Candidates by their first byte, longest first.
  private let markers: [[Marker]]
  private let tokenizer: Tokenizer

  /// Special are the control tokens, and of the user-defined ones those with other than white space: runs of spaces and
  /// newlines are the tokenizer's to find, in what template and client wrote together.
  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    let vocabulary = tokenizer.vocabulary
    var table = [[Marker]](repeating: [], count: 256)
    for id in 0..<vocabulary.count {
      let kind = vocabulary.kinds[id]
      let bytes = Array(vocabulary.texts[id])
      guard kind == .control || kind == .userDefined, let first = bytes.first else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      if kind == .userDefined, text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { continue }
      table[Int(first)].append(Marker(id: UInt32(id), text: bytes))
    }
    markers = table.map { $0.sorted { ($1.text.count, $0.id) < ($0.text.count, $1.id) } }
  }

  /// - Throws: the first stretch that cannot be encoded.
  func encode(_ text: TemplateText) throws(PromptFault) -> [UInt32] {
    var tokens: [UInt32] = []
    var start = 0
    for (range, id) in places(in: text) {
      try encode(text, start..<range.lowerBound, into: &tokens)
      tokens.append(id)
      start = range.upperBound
    }
    try encode(text, start..<text.bytes.count, into: &tokens)
    return tokens
  }

  /// The special tokens: the leftmost, the longest at that place, each within one run of the template's text.
  private func places(in text: TemplateText) -> [(Range<Int>, UInt32)] {
    var out: [(Range<Int>, UInt32)] = []
    var start = 0
    for run in text.runs {
      var at = start
      while run.origin == .template, at < run.end {
        let found = markers[Int(text.bytes[at])].first { marker in
          at + marker.text.count <= run.end && text.bytes[at..<(at + marker.text.count)].elementsEqual(marker.text)
        }
        if let found { out.append((at..<(at + found.text.count), found.id)) }
        at += found?.text.count ?? 1
      }
      start = run.end
    }
    return out
  }

  private func encode(_ text: TemplateText, _ range: Range<Int>, into tokens: inout [UInt32]) throws(PromptFault) {
    guard !range.isEmpty else { return }
    do {
      tokens += try tokenizer.encode(Array(text.bytes[range]), parseSpecial: false)
    } catch {
      throw PromptFault(error: error, origin: Self.origin(error, text, range))
    }
  }

  /// Who wrote the byte that an error names.
  private static func origin(_ error: TokenizerError, _ text: TemplateText, _ range: Range<Int>) -> TextOrigin {
    let offset: Int
    switch error {
    case .unencodableByte(_, let at), .invalidUTF8(let at): offset = range.lowerBound + at
    default: return .data
    }
    return text.runs.first { offset < $0.end }?.origin ?? .data
  }
}

/// A stretch of a prompt that has no tokens.
struct PromptFault: Error {
  var error: TokenizerError
  /// Who wrote the byte at fault.
  var origin: TextOrigin
}
