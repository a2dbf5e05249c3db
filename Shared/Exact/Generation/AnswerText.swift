/// The text of one choice as it grows: cut before the first stop string, and without the calls of tools.
///
/// After each token the text that its bytes complete is searched. The answer ends at the token with which a stop string
/// is complete; of several the one that begins first counts. What may be the beginning of one, or of a call, is held
/// back, so that the pieces shown add up to the text of the answer at every moment. From where a call begins everything
/// is held until the end: then it is calls, whole ones alone, or it is text after all.
struct AnswerText: Sendable {
  private let stops: [[UInt8]]
  private let form: ToolCallForm?
  private var decoder: StreamingDecoder
  /// Whole characters that were not shown.
  private var held: [UInt8] = []
  /// Whether what is held begins with a call.
  private var isCalling: Bool
  /// What was shown.
  private(set) var text = ""
  /// Known once the answer has ended.
  private(set) var toolCalls: [DecodedToolCall] = []

  /// - Parameter form: how calls of tools are written; nil where there are no tools.
  init(_ tokenizer: Tokenizer, stop: [String], form: ToolCallForm? = nil) {
    decoder = StreamingDecoder(tokenizer)
    stops = stop.map { Array($0.utf8) }
    self.form = form
    isCalling = form?.prefix.isEmpty ?? false
  }

  /// What can be shown after this token, and whether a stop string is complete: then nothing follows but `finish`.
  mutating func push(_ token: UInt32) throws(TokenizerError) -> (shown: String, isStopped: Bool) {
    let piece = try decoder.push(token)
    guard !stops.isEmpty || form != nil else { return (show(piece), false) }
    held += piece.utf8
    let stop = stops.compactMap { held.firstRange(of: $0)?.lowerBound }.min()
    if let stop { held.removeSubrange(stop...) }
    return (showHeld(isLast: stop != nil), stop != nil)
  }

  /// The rest of an answer that has ended: what was held back, and U+FFFD for a character that was never finished, unless
  /// a stop string has cut it off.
  ///
  /// - Parameter calls: whether what began as calls may be calls.
  mutating func finish(isStopped: Bool, calls: Bool) -> String {
    if !isStopped { held += decoder.finish().utf8 }
    if calls, isCalling, let form, let found = form.calls(in: held) {
      toolCalls = found
      held = []
    }
    return take(held.count)
  }

  private mutating func show(_ piece: String) -> String {
    text += piece
    return piece
  }

  private mutating func showHeld(isLast: Bool) -> String {
    if isCalling { return "" }
    let prefix = form.map { Array($0.prefix.utf8) }
    if let prefix, let start = held.firstRange(of: prefix)?.lowerBound {
      isCalling = true
      return take(start)
    }
    if isLast { return take(held.count) }
    let kept = (stops + [prefix].compactMap { $0 }).map { Self.overlap(of: held, with: $0) }.max() ?? 0
    return take(held.count - kept)
  }

  /// Shows the first `count` bytes of what is held. What is looked for begins with a whole character, so the cut is
  /// between two.
  private mutating func take(_ count: Int) -> String {
    let piece = String(decoding: held.prefix(count), as: UTF8.self)
    held.removeFirst(count)
    return show(piece)
  }

  /// Bytes at the end of `bytes` that are the beginning of `word`, but not all of it.
  private static func overlap(of bytes: [UInt8], with word: [UInt8]) -> Int {
    let longest = min(bytes.count, word.count - 1)
    return stride(from: longest, to: 0, by: -1).first { bytes.suffix($0).elementsEqual(word.prefix($0)) } ?? 0
  }
}
