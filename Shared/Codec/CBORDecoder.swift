/// How strictly CBOR is read.
public enum CBORRules: Sendable, Equatable {
  /// Only deterministic encodings (RFC 8949 section 4.2.1): what is accepted re-encodes to the same bytes.
  case deterministic
  /// Also longer heads and any order of map keys, for what other people's encoders wrote. Duplicate keys, indefinite
  /// lengths, floating-point numbers and trailing bytes are refused all the same.
  case wellFormed
  /// As `wellFormed`, and also strings, arrays and maps of indefinite length (RFC 8949 section 3.2), which hardware
  /// vendors' encoders write. For foreign documents only: nothing of this suite is signed that way.
  case anyLength
}

extension CBOR {
  /// Decodes exactly one item that fills `bytes`.
  public init(
    decoding bytes: [UInt8], rules: CBORRules = .deterministic, limits: CBORLimits = CBORLimits()
  ) throws(CBORError) {
    var decoder = try CBORDecoder(bytes, rules: rules, limits: limits)
    self = try decoder.item(depth: 0)
    try decoder.end()
  }
}

/// Reads items from front to back. Every check comes before the allocation that it guards.
struct CBORDecoder {
  let bytes: [UInt8]
  private let limits: CBORLimits
  private var itemCount = 0
  var offset = 0
  var rules: CBORRules

  init(_ bytes: [UInt8], rules: CBORRules, limits: CBORLimits) throws(CBORError) {
    guard bytes.count <= limits.byteCountMax else {
      throw .limit(name: "the number of bytes", limit: limits.byteCountMax, got: bytes.count, offset: 0)
    }
    self.bytes = bytes
    self.rules = rules
    self.limits = limits
  }

  /// Requires that everything was read.
  func end() throws(CBORError) {
    guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
  }

  /// Reads one item inside `depth` arrays, maps and tags.
  mutating func item(depth: Int) throws(CBORError) -> CBOR {
    let start = offset
    let head = try self.head()
    if head.additional == 31 { return try indefinite(head.major, start, depth) }
    switch head.major {
    case 0: return .unsigned(head.argument)
    case 1: return .negative(head.argument)
    case 2: return .bytes([UInt8](try slice(head.argument, start)))
    case 3:
      guard let text = String(validating: try slice(head.argument, start), as: UTF8.self) else {
        throw .invalidText(offset: start)
      }
      return .text(text)
    case 4: return .array(try array(head.argument, start, depth))
    case 5: return .map(try map(head.argument, start, depth))
    case 6:
      try checkNesting(depth, start)
      return .tag(head.argument, try item(depth: depth + 1))
    default: return try simple(head, start)
    }
  }

  /// Reads the head of an array or a tag of a fixed layout.
  mutating func expect(_ initial: UInt8, _ what: String) throws(CBORError) {
    guard offset < bytes.count else { throw .truncated(offset: offset) }
    guard bytes[offset] == initial else { throw .unexpected(wanted: what, offset: offset) }
    offset += 1
  }

  private mutating func array(_ count: UInt64, _ start: Int, _ depth: Int) throws(CBORError) -> [CBOR] {
    try checkNesting(depth, start)
    let count = try checkCount(count, itemsEach: 1, start)
    var items: [CBOR] = []
    items.reserveCapacity(count)
    for _ in 0..<count { items.append(try item(depth: depth + 1)) }
    return items
  }

  private mutating func map(_ count: UInt64, _ start: Int, _ depth: Int) throws(CBORError) -> [CBORPair] {
    try checkNesting(depth, start)
    let count = try checkCount(count, itemsEach: 2, start)
    var pairs: [CBORPair] = []
    pairs.reserveCapacity(count)
    var previous = 0..<0
    for _ in 0..<count {
      let keyStart = offset
      let key = try item(depth: depth + 1)
      let range = keyStart..<offset
      if rules == .deterministic, !previous.isEmpty {
        if bytes[previous] == bytes[range] { throw .duplicateKey(offset: keyStart) }
        guard bytes[previous].lexicographicallyPrecedes(bytes[range]) else { throw .unsortedKeys(offset: keyStart) }
      }
      previous = range
      pairs.append(CBORPair(key, try item(depth: depth + 1)))
    }
    if rules != .deterministic { try refuseDuplicates(pairs, start) }
    return pairs
  }

  /// One key can be spelled in two ways here, so the keys are compared by their deterministic encodings.
  func refuseDuplicates(_ pairs: [CBORPair], _ start: Int) throws(CBORError) {
    var keys: [[UInt8]] = []
    keys.reserveCapacity(pairs.count)
    for pair in pairs { keys.append(try pair.key.encoded()) }
    keys.sort { $0.lexicographicallyPrecedes($1) }
    for at in keys.indices.dropFirst() where keys[at] == keys[at - 1] { throw .duplicateKey(offset: start) }
  }

  private func simple(_ head: Head, _ start: Int) throws(CBORError) -> CBOR {
    switch head.additional {
    case 20: return .bool(false)
    case 21: return .bool(true)
    case 22: return .null
    case 0...23: return .simple(head.additional)
    case 24:
      // Values below 32 have no two-byte form under any rules (RFC 8949 section 3.3).
      guard head.argument >= 32 else { throw .reserved(offset: start) }
      return .simple(UInt8(head.argument))
    default: throw .float(offset: start)
    }
  }

  func checkNesting(_ depth: Int, _ start: Int) throws(CBORError) {
    // The encoder's ceiling holds for every decoder, so that what was read can always be written again.
    let limit = min(limits.nestingMax, CBOR.nestingMax)
    guard depth < limit else {
      throw .limit(name: "the nesting", limit: limit, got: depth + 1, offset: start)
    }
  }

  /// Each item takes at least one byte, so a count beyond the bytes left is refused before anything is reserved.
  private func checkCount(_ count: UInt64, itemsEach: UInt64, _ start: Int) throws(CBORError) -> Int {
    let left = UInt64(bytes.count - offset)
    guard count <= left / itemsEach else { throw .truncated(offset: start) }
    let items = itemCount + Int(count * itemsEach)
    guard items <= limits.itemCountMax else {
      throw .limit(name: "the number of items", limit: limits.itemCountMax, got: items, offset: start)
    }
    return Int(count)
  }

  private mutating func slice(_ count: UInt64, _ start: Int) throws(CBORError) -> ArraySlice<UInt8> {
    guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: start) }
    let end = offset + Int(count)
    defer { offset = end }
    return bytes[offset..<end]
  }

  private struct Head {
    var major: UInt8
    var additional: UInt8
    var argument: UInt64
  }

  /// Reads an initial byte and its argument (RFC 8949 section 3).
  private mutating func head() throws(CBORError) -> Head {
    let start = offset
    guard start < bytes.count else { throw .truncated(offset: start) }
    itemCount += 1
    guard itemCount <= limits.itemCountMax else {
      throw .limit(name: "the number of items", limit: limits.itemCountMax, got: itemCount, offset: start)
    }
    let major = bytes[start] >> 5
    let additional = bytes[start] & 31
    offset += 1
    switch additional {
    case 0..<24: return Head(major: major, additional: additional, argument: UInt64(additional))
    case 24...27: break
    case 31 where (2...5).contains(major) && rules == .anyLength:
      return Head(major: major, additional: additional, argument: 0)
    case 31 where major >= 2 && major != 6: throw .indefiniteLength(offset: start)
    default: throw .reserved(offset: start)
    }
    let count = 1 << Int(additional - 24)
    guard count <= bytes.count - offset else { throw .truncated(offset: start) }
    let argument = bytes[offset..<offset + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    offset += count
    if rules == .deterministic, major != 7, argument < Self.shortestFrom[Int(additional - 24)] {
      throw .notShortest(offset: start)
    }
    return Head(major: major, additional: additional, argument: argument)
  }

  /// The least argument that needs 1, 2, 4 and 8 bytes.
  private static let shortestFrom: [UInt64] = [24, 0x100, 0x1_0000, 0x1_0000_0000]
}
