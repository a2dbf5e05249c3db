/// Why a text is not the base64 it should be.
public enum Base64Error: Error, Equatable, Sendable, CustomStringConvertible {
  /// The number of characters cannot come from any bytes.
  case badLength(Int)
  /// A character outside the alphabet, or padding where none may be.
  case badCharacter(offset: Int)
  /// The last character carries bits that no bytes gave it, so the text is a second spelling of them.
  case trailingBits(offset: Int)

  public var description: String {
    switch self {
    case .badLength(let count): "base64 of \(count) characters cannot be: padding is missing or too much"
    case .badCharacter(let at): "base64 has a character outside its alphabet at offset \(at)"
    case .trailingBits(let at): "base64 is not canonical: the character at offset \(at) carries bits that must be 0"
    }
  }
}

/// Base64 with the standard alphabet and padding (RFC 4648 section 4). Each byte string has exactly one text: white
/// space, missing padding and non-zero trailing bits are refused.
public enum Base64 {
  private static let code = Base64Code(alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

  public static func encode(_ bytes: [UInt8]) -> String {
    code.encode(bytes, padded: true)
  }

  public static func decode(_ text: String) throws(Base64Error) -> [UInt8] {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 4) else { throw .badLength(characters.count) }
    let padding = characters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    return try code.decode(characters[..<(characters.count - padding)])
  }
}

/// Base64 with the URL-safe alphabet and no padding (RFC 4648 section 5), as strict as `Base64`.
public enum Base64URL {
  private static let code = Base64Code(alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

  public static func encode(_ bytes: [UInt8]) -> String {
    code.encode(bytes, padded: false)
  }

  public static func decode(_ text: String) throws(Base64Error) -> [UInt8] {
    try code.decode(Array(text.utf8)[...])
  }
}

/// Both directions for one alphabet of 64 characters.
struct Base64Code: Sendable {
  private let characters: [UInt8]
  /// The value of each character; 255 for none.
  private let values: [UInt8]

  init(alphabet: String) {
    characters = Array(alphabet.utf8)
    var values = [UInt8](repeating: 255, count: 256)
    for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
    self.values = values
  }

  func encode(_ bytes: [UInt8], padded: Bool) -> String {
    let whole = bytes.count / 3
    let rest = bytes.count % 3
    let count = whole * 4 + (rest == 0 ? 0 : padded ? 4 : rest + 1)
    return String(unsafeUninitializedCapacity: count) { out in
      var to = 0
      func put(_ word: UInt32, _ places: Int) {
        for place in 0..<places {
          out[to] = characters[Int(word >> UInt32(18 - 6 * place) & 63)]
          to += 1
        }
      }
      for group in 0..<whole {
        let at = group * 3
        put(UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]), 4)
      }
      if rest == 1 { put(UInt32(bytes[whole * 3]) << 16, 2) }
      if rest == 2 { put(UInt32(bytes[whole * 3]) << 16 | UInt32(bytes[whole * 3 + 1]) << 8, 3) }
      while to < count {
        out[to] = UInt8(ascii: "=")
        to += 1
      }
      return to
    }
  }

  /// Takes the characters without padding.
  func decode(_ text: ArraySlice<UInt8>) throws(Base64Error) -> [UInt8] {
    guard text.count % 4 != 1 else { throw .badLength(text.count) }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 4 * 3 + 2)
    var word: UInt32 = 0
    var bits = 0
    for at in text.indices {
      let value = values[Int(text[at])]
      guard value != 255 else { throw .badCharacter(offset: at) }
      word = word << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    guard word & (1 << UInt32(bits) - 1) == 0 else { throw .trailingBits(offset: text.endIndex - 1) }
    return out
  }
}
