/// The text of one choice as it grows, cut before the first stop string.
///
/// After each token the text that its bytes complete is searched. The answer ends at the token with which a stop string
/// is complete; of several the one that begins first counts. What may be the beginning of one is held back, so that the
/// pieces shown add up to the text of the answer at every moment.
struct AnswerText: Sendable {
  private let stops: [[UInt8]]
  private var decoder: StreamingDecoder
  /// Whole characters that are the beginning of a stop string.
  private var held: [UInt8] = []
  /// What was shown.
  private(set) var text = ""

  init(_ tokenizer: Tokenizer, stop: [String]) {
    decoder = StreamingDecoder(tokenizer)
    stops = stop.map { Array($0.utf8) }
  }

  /// What can be shown after this token, and whether a stop string is complete: then nothing follows.
  mutating func push(_ token: UInt32) throws(TokenizerError) -> (shown: String, isStopped: Bool) {
    let piece = try decoder.push(token)
    guard !stops.isEmpty else { return (show(piece), false) }
    held += piece.utf8
    if let start = stops.compactMap({ Self.firstIndex(of: $0, in: held) }).min() {
      held.removeSubrange(start...)
      return (showHeld(keeping: 0), true)
    }
    return (showHeld(keeping: stops.map { Self.overlap(of: held, with: $0) }.max() ?? 0), false)
  }

  /// The rest of an answer that no stop string ended: what was held back, and U+FFFD for a character that was never
  /// finished.
  mutating func finish() -> String {
    held += decoder.finish().utf8
    return showHeld(keeping: 0)
  }

  private mutating func show(_ piece: String) -> String {
    text += piece
    return piece
  }

  private mutating func showHeld(keeping count: Int) -> String {
    // A stop string begins with a whole character, so the cut is between two.
    let piece = String(decoding: held.dropLast(count), as: UTF8.self)
    held.removeFirst(held.count - count)
    return show(piece)
  }

  private static func firstIndex(of stop: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= stop.count else { return nil }
    return (0...bytes.count - stop.count).first { bytes[$0..<$0 + stop.count].elementsEqual(stop) }
  }

  /// Bytes at the end of `bytes` that are the beginning of `stop`, but not all of it.
  private static func overlap(of bytes: [UInt8], with stop: [UInt8]) -> Int {
    let longest = min(bytes.count, stop.count - 1)
    return stride(from: longest, to: 0, by: -1).first { bytes.suffix($0).elementsEqual(stop.prefix($0)) } ?? 0
  }
}
