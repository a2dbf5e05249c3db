import Testing

@testable import Exact
@testable import ExactReference

@Suite struct WordPieceTests {
  static func words(_ text: String) -> [String] {
    UncasedFold.shared.words(text).map { word in
      String(String.UnicodeScalarView(word.compactMap(Unicode.Scalar.init)))
    }
  }

  static func tokens(_ text: String) throws -> [String] {
    let folder = try TemporaryFolder(EmbeddingFixture.files())
    let model = try EmbeddingModel.load(folder: folder.path, threads: 1)
    return try model.tokenize(text).dropFirst().dropLast().map { EmbeddingFixture.words[Int($0)] }
  }

  @Test("text is cut at white space and around punctuation, in lower case and without accents")
  func words() {
    #expect(Self.words("Hello, WORLD!\tA\u{a0}b\u{3000}c\r\nd") == ["hello", ",", "world", "!", "a", "b", "c", "d"])
    #expect(Self.words("ÀÉÎÕÜ ñ cafe\u{301} Ångström \u{130}I") == ["aeiou", "n", "cafe", "angstrom", "ii"])
    #expect(Self.words("a$b^c`d~e+f") == ["a", "$", "b", "^", "c", "`", "d", "~", "e", "+", "f"])
    #expect(Self.words("don’t «x» — ¿y?") == ["don", "’", "t", "«", "x", "»", "—", "¿", "y", "?"])
    #expect(Self.words("ΑΣ ß ẞ Ёж \u{212a}") == ["ας".replacing("ς", with: "σ"), "ß", "ß", "еж", "k"])
    #expect(Self.words("") == [] && Self.words(" \n\u{301}") == [])
  }

  @Test("controls, format characters and private use vanish; unassigned scalars stay")
  func removed() {
    #expect(Self.words("a\0b\u{7f}c\u{200b}d\u{feff}e\u{fffd}f\u{e000}g\u{b}h\u{e0001}i") == ["abcdefghi"])
    #expect(Self.words("a\u{378}b \u{10fffd}c") == ["a\u{378}b", "c"])
  }

  @Test("CJK ideographs are words of one character; kana are not, Hangul is decomposed")
  func cjk() {
    #expect(Self.words("東京tokyo都") == ["東", "京", "tokyo", "都"])
    #expect(Self.words("ひらがな\u{20000}") == ["ひらかな", "\u{20000}"])
    #expect(UncasedFold.shared.words("한") == [[0x1112, 0x1161, 0x11ab]])
    #expect(UncasedFold.shared.words("가") == [[0x1100, 0x1161]])
    #expect(UncasedFold.shared.words("\u{d7a3}") == [[0x1112, 0x1175, 0x11c2]])
    #expect(UncasedFold.shared.words("\u{f900}") == [[0x8c48]])
  }

  @Test("pieces are the longest that fit, and a word that cannot be spelt is one [UNK]")
  func pieces() throws {
    #expect(
      try Self.tokens("The cats sat, UNAFFABLE!") == [
        "the", "cat", "##s", "sat", ",", "un", "##aff", "##able", "!",
      ])
    #expect(try Self.tokens("catz unaff z") == ["[UNK]", "un", "##aff", "[UNK]"])
    #expect(try Self.tokens("日本 한") == ["日", "本", "ᄒ", "##ᅡ", "##ᆫ"])
    #expect(try Self.tokens(String(repeating: "x", count: 100)).count == 100)
    #expect(try Self.tokens(String(repeating: "x", count: 101)) == ["[UNK]"])
  }

  @Test("no text stands for a special token or for a continuation")
  func specials() throws {
    #expect(try Self.tokens("[CLS]") == ["[UNK]", "[UNK]", "[UNK]"])
    #expect(try Self.tokens("##s") == ["[UNK]", "[UNK]", "[UNK]"])
  }
}
