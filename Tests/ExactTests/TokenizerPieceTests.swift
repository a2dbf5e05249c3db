import Testing

@testable import Exact

/// The `smollm` pre-tokenizer alone: where text is cut.
@Suite struct TokenizerPieceTests {
  static func pieces(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var pieces: [String] = []
    PreTokenizer(bytes[...]).forEachPiece { pieces.append(String(decoding: bytes[$0], as: UTF8.self)) }
    return pieces
  }

  @Test("text is cut where the pattern cuts it")
  func cuts() {
    // Not arguments of the test: their names would carry control characters into the log.
    let cases: [(String, [String])] = [
      ("", []), ("Hello world", ["Hello", " world"]), ("a  b", ["a", " ", " b"]), ("a\n\nb", ["a", "\n", "\n", "b"]),
      ("  ", ["  "]), ("a \n ", ["a", " \n "]), ("a 12", ["a", " ", "1", "2"]), ("a  1", ["a", "  ", "1"]),
      ("½Ⅷ٣", ["½", "Ⅷ", "٣"]),
      ("it's we'll I'm they've", ["it", "'s", " we", "'ll", " I", "'m", " they", "'ve"]),
      ("you're he'd don't", ["you", "'re", " he", "'d", " don", "'t"]),
      ("IT'S 'll '", ["IT", "'", "S", " '", "ll", " '"]), ("'r 'lve", ["'", "r", " '", "lve"]),
      ("?!... a", ["?!...", " a"]), (" ?!'s", [" ?!'", "s"]),
      ("x\u{a0}\u{3000}y", ["x", "\u{a0}", "\u{3000}", "y"]),
      ("é日本 ह\u{93f}न\u{94d}द", ["é日本", " ह", "\u{93f}", "न", "\u{94d}", "द"]), ("😀👍", ["😀👍"]),
      ("\u{feff}a", ["\u{feff}", "a"]), ("\u{85}\u{2028}a", ["\u{85}", "\u{2028}", "a"]),
      ("\u{0}\u{1f}", ["\u{0}\u{1f}"]),
    ]
    for (text, expected) in cases { #expect(Self.pieces(text) == expected) }
  }

  @Test("the classes of all scalars are those of Unicode 17.0, on which every build must agree")
  func unicodeVersion() {
    // FNV-1a. A toolchain with other tables would cut the same text elsewhere: then the profile needs its own tables.
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for value: UInt32 in 0...0x10ffff {
      guard let scalar = Unicode.Scalar(value) else { continue }
      digest = (digest ^ UInt64(PreTokenizer.ScalarClass(scalar).rawValue)) &* 0x100_0000_01b3
    }
    #expect(String(digest, radix: 16) == "c955090017aaf3c7")
  }

  @Test("pieces cover any text without gaps")
  func cover() {
    for seed: UInt32 in 0..<200 {
      let scalars = (UInt32(0)..<40).compactMap { index -> Unicode.Scalar? in
        let block = Philox4x32.block(counter: SIMD4(index, 0, 0, 0), key: SIMD2(seed, 1))
        let alphabet: [UInt32] = [0x20, 0x27, 0x73, 0x6c, 0x31, 0x0a, 0x21, 0xe9, 0x3000, 0x1f600, block[1] % 0x30000]
        return Unicode.Scalar(alphabet[Int(block[0] % 11)])
      }
      let text = String(String.UnicodeScalarView(scalars))
      #expect(Self.pieces(text).joined().utf8.elementsEqual(text.utf8))
      #expect(!Self.pieces(text).contains(""))
    }
  }
}
