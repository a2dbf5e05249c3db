/// Makes tokens of a rendered conversation.
///
/// The text of a special token stands for that token only where the template wrote all of it. What lies between two such
/// places is encoded as one text, whoever wrote it, and in it no text stands for a special token.
struct PromptEncoder: Sendable {
  private let markers: SpecialTokenMatcher
  private let tokenizer: Tokenizer

  /// Special are the tokens that `Tokenizer.encode` finds only when asked to: user-defined ones of a SentencePiece
  /// vocabulary it finds always, in what template and client wrote together.
  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    let vocabulary = tokenizer.vocabulary
    markers = SpecialTokenMatcher(
      vocabulary,
      kinds: vocabulary.encoding == .byteLevel ? [.control, .unknown, .userDefined] : [.control, .unknown])
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
      defer { start = run.end }
      guard run.origin == .template else { continue }
      let words = Array(text.bytes[start..<run.end])
      var at = 0
      while let match = markers.firstMatch(in: words, from: at) {
        out.append(((start + match.range.lowerBound)..<(start + match.range.upperBound), match.id))
        at = match.range.upperBound
      }
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
