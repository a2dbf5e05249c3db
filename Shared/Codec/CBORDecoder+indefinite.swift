/// Items of indefinite length (RFC 8949 section 3.2), read under `CBORRules.anyLength` only. Each item costs at least one
/// byte and counts against the limits, so no allocation is larger than the input.
extension CBORDecoder {
  /// Reads what follows an initial byte with additional information 31, up to and including its break.
  mutating func indefinite(_ major: UInt8, _ start: Int, _ depth: Int) throws(CBORError) -> CBOR {
    switch major {
    case 2:
      var whole: [UInt8] = []
      while try !atBreak() {
        guard case .bytes(let chunk) = try chunk(major) else { throw .reserved(offset: start) }
        whole += chunk
      }
      return .bytes(whole)
    case 3:
      // Each chunk is UTF-8 by itself (section 3.2.3).
      var whole = ""
      while try !atBreak() {
        guard case .text(let chunk) = try chunk(major) else { throw .reserved(offset: start) }
        whole += chunk
      }
      return .text(whole)
    case 4:
      try checkNesting(depth, start)
      var items: [CBOR] = []
      while try !atBreak() { items.append(try item(depth: depth + 1)) }
      return .array(items)
    default:
      try checkNesting(depth, start)
      var pairs: [CBORPair] = []
      while try !atBreak() {
        let key = try item(depth: depth + 1)
        pairs.append(CBORPair(key, try item(depth: depth + 1)))
      }
      try refuseDuplicates(pairs, start)
      return .map(pairs)
    }
  }

  /// A chunk is a string of the same type with a definite length.
  private mutating func chunk(_ major: UInt8) throws(CBORError) -> CBOR {
    guard bytes[offset] >> 5 == major, bytes[offset] & 31 != 31 else { throw .reserved(offset: offset) }
    return try item(depth: 0)
  }

  /// Whether the next byte is a break, which is then read.
  private mutating func atBreak() throws(CBORError) -> Bool {
    guard offset < bytes.count else { throw .truncated(offset: offset) }
    guard bytes[offset] == 0xff else { return false }
    offset += 1
    return true
  }
}
