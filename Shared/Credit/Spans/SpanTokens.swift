/// The tokens by which `span/1` compares an answer with registered texts (FORMAT section 7): words, whatever model wrote
/// them, so that neither its tokenizer nor a comma decides who is credited.
public enum SpanTokens {
  /// Tokens are below: the index then needs two bytes for each.
  public static let alphabet = 65_535

  /// One for each run of bytes between ASCII white space, so that the place of a token is that of its word: of the run
  /// without the ASCII punctuation at its ends (of one that is nothing else, the whole).
  public static func tokens(_ text: String) -> [UInt32] {
    runs(text).map { run in
      let word = run.drop { isPunctuation($0) }
      let end = word.lastIndex { !isPunctuation($0) }
      return NearTexts.token(end.map { word[...$0] } ?? run) % UInt32(alphabet)
    }
  }

  /// How many there are.
  public static func count(_ text: String) -> Int { runs(text).count }

  private static func runs(_ text: String) -> [Substring.UTF8View] {
    text.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
