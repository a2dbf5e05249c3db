extension CBOR {
  /// The most levels of arrays, maps and tags that are ever encoded.
  public static let nestingMax = 16

  /// The deterministic encoding (RFC 8949 section 4.2.1): shortest heads, definite lengths, map keys in the bytewise
  /// order of their encodings.
  public func encoded() throws(CBORError) -> [UInt8] {
    var out: [UInt8] = []
    try append(to: &out, depth: 0)
    return out
  }

  private func append(to out: inout [UInt8], depth: Int) throws(CBORError) {
    guard depth <= Self.nestingMax else { throw .nestedTooDeep(limit: Self.nestingMax) }
    switch self {
    case .unsigned(let value): CBORHead.append(0, value, to: &out)
    case .negative(let value): CBORHead.append(1, value, to: &out)
    case .bytes(let value):
      CBORHead.append(2, UInt64(value.count), to: &out)
      out += value
    case .text(let value):
      CBORHead.append(3, UInt64(value.utf8.count), to: &out)
      out += value.utf8
    case .array(let items):
      CBORHead.append(4, UInt64(items.count), to: &out)
      for item in items { try item.append(to: &out, depth: depth + 1) }
    case .map(let pairs):
      try Self.append(pairs, to: &out, depth: depth)
    case .tag(let number, let item):
      CBORHead.append(6, number, to: &out)
      try item.append(to: &out, depth: depth + 1)
    case .bool(let value): out.append(value ? 0xf5 : 0xf4)
    case .null: out.append(0xf6)
    case .simple(let value):
      // 20 to 22 have their own cases and 24 to 31 must not exist (RFC 8949 section 3.3).
      guard !(20...22).contains(value), !(24...31).contains(value) else { throw .unencodableSimple(value) }
      CBORHead.append(7, UInt64(value), to: &out)
    }
  }

  private static func append(_ pairs: [CBORPair], to out: inout [UInt8], depth: Int) throws(CBORError) {
    var entries: [(key: [UInt8], value: CBOR)] = []
    entries.reserveCapacity(pairs.count)
    for pair in pairs {
      var key: [UInt8] = []
      try pair.key.append(to: &key, depth: depth + 1)
      entries.append((key, pair.value))
    }
    entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
    for at in entries.indices.dropFirst() where entries[at].key == entries[at - 1].key {
      throw .duplicateKeyInValue
    }
    CBORHead.append(5, UInt64(entries.count), to: &out)
    for entry in entries {
      out += entry.key
      try entry.value.append(to: &out, depth: depth + 1)
    }
  }
}

/// The initial byte of an item and the argument that follows it.
enum CBORHead {
  /// Writes major type (0 to 7) and argument in the shortest form.
  static func append(_ major: UInt8, _ argument: UInt64, to out: inout [UInt8]) {
    let type = major << 5
    switch argument {
    case 0..<24: out.append(type | UInt8(argument))
    case 24...0xff: out += [type | 24, UInt8(argument)]
    case 0x100...0xffff: appendBigEndian(type | 25, argument, 2, to: &out)
    case 0x1_0000...0xffff_ffff: appendBigEndian(type | 26, argument, 4, to: &out)
    default: appendBigEndian(type | 27, argument, 8, to: &out)
    }
  }

  private static func appendBigEndian(_ initial: UInt8, _ argument: UInt64, _ count: Int, to out: inout [UInt8]) {
    out.append(initial)
    for at in (0..<count).reversed() { out.append(UInt8(truncatingIfNeeded: argument >> UInt64(at * 8))) }
  }
}
