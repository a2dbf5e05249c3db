internal import Codec

/// What a sentence encoder is sent of a text: it makes one vector of it, from as many tokens as it takes.
public enum EncodedText {
  /// The text without U+0000, of which no encoder makes a token, and of that at most so many bytes of UTF-8, in whole
  /// characters (scalars).
  public static let bytesMax = RequestedDocument.textBytesMax

  public static func cut(_ text: String) -> String {
    var cut = String.UnicodeScalarView()
    var bytes = 0
    for scalar in text.unicodeScalars where scalar.value != 0 {
      bytes += UTF8.width(scalar)
      guard bytes <= bytesMax else { break }
      cut.append(scalar)
    }
    return String(cut)
  }

  /// Of an answer's choice; nil for one that has nothing but ASCII white space: it is near to nothing.
  public static func query(_ text: String) -> String? {
    let cut = cut(text)
    return cut.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } ? nil : cut
  }
}
