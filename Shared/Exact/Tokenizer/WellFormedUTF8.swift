/// UTF-8 by Table 3-7 of the Unicode Standard: no surrogates, no overlong forms, nothing above U+10FFFF.
enum WellFormedUTF8 {
  enum Sequence: Equatable {
    case complete(length: Int)
    /// The bytes end within a sequence that is right so far.
    case truncated
    case illFormed
  }

  /// What begins at `offset`, which must lie within `bytes`.
  static func sequence(at offset: Int, in bytes: ArraySlice<UInt8>) -> Sequence {
    let lead = bytes[offset]
    if lead < 0x80 { return .complete(length: 1) }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch lead {
    case 0xc2...0xdf: length = 2
    case 0xe0...0xef:
      length = 3
      if lead == 0xe0 { second = 0xa0...0xbf }
      if lead == 0xed { second = 0x80...0x9f }
    case 0xf0...0xf4:
      length = 4
      if lead == 0xf0 { second = 0x90...0xbf }
      if lead == 0xf4 { second = 0x80...0x8f }
    default: return .illFormed
    }
    for index in 1..<length {
      guard offset + index < bytes.endIndex else { return .truncated }
      let allowed = index == 1 ? second : 0x80...0xbf
      guard allowed.contains(bytes[offset + index]) else { return .illFormed }
    }
    return .complete(length: length)
  }

  /// Where the first sequence begins that is ill-formed or cut off; nil when there is none.
  static func firstIllFormed(_ bytes: ArraySlice<UInt8>) -> Int? {
    var offset = bytes.startIndex
    while offset < bytes.endIndex {
      guard case .complete(let length) = sequence(at: offset, in: bytes) else { return offset }
      offset += length
    }
    return nil
  }
}
