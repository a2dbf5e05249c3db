extension Tile: CustomStringConvertible {
  /// `tile/<level>/<index>[.p/<width>]` or `tile/entries/<index>[.p/<width>]`, the index in groups of three digits, all
  /// but the last behind an `x`: `tile/0/x001/x234/067.p/5`.
  public var path: String {
    let folder =
      switch kind {
      case .hashes(let level): "\(level)"
      case .entries: "entries"
      }
    return "tile/\(folder)/\(Tile.groups(index))\(isPartial ? ".p/\(width)" : "")"
  }

  public var description: String { path }

  /// Reads a path that may come from anyone: only the one canonical spelling of a tile is accepted, so two different
  /// paths never name the same tile, and no path leaves its folder. Errors: ``TileError/path(_:)`` and those of `init`.
  public init(path: String) throws(TileError) {
    // The longest: "tile/entries/" and 19 digits in 7 groups of "x000/", ".p/255".
    guard path.utf8.count <= 64 else { throw .path(String(path.prefix(64)) + "...") }
    let parts = Array(path.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count >= 3, parts[0].utf8.elementsEqual("tile".utf8) else { throw .path(path) }
    let kind: Kind
    if parts[1].utf8.elementsEqual("entries".utf8) {
      kind = .entries
    } else if let level = Decimal.parse(parts[1]) {
      guard level <= UInt64(Tile.levelMax) else { throw .level(Int(clamping: level)) }
      kind = .hashes(level: Int(level))
    } else {
      throw .path(path)
    }
    var groups = parts[2...]
    var width = Tile.widthMax
    if groups.count >= 2, groups[groups.endIndex - 2].utf8.suffix(2).elementsEqual(".p".utf8) {
      guard let partial = Decimal.parse(groups.removeLast()), (1...255).contains(partial) else { throw .path(path) }
      width = Int(partial)
      groups.append(String(groups.removeLast().dropLast(2)))
    }
    guard let index = Tile.index(groups: groups) else { throw .path(path) }
    try self.init(kind: kind, index: index, width: width)
    // Refuses what is left of other spellings, such as a leading group x000.
    guard self.path.utf8.elementsEqual(path.utf8) else { throw .path(path) }
  }

  private static func groups(_ index: UInt64) -> String {
    var rest = index
    var groups: [String] = []
    repeat {
      let digits = String(rest % 1000)
      groups.append(String(repeating: "0", count: 3 - digits.utf8.count) + digits)
      rest /= 1000
    } while rest > 0
    return groups.reversed().enumerated()
      .map { $0.offset < groups.count - 1 ? "x" + $0.element : $0.element }.joined(separator: "/")
  }

  private static func index(groups: ArraySlice<String>) -> UInt64? {
    var index: UInt64 = 0
    for (position, group) in zip(groups.indices, groups) {
      var digits = Array(group.utf8)
      if position < groups.endIndex - 1 {
        guard digits.first == UInt8(ascii: "x") else { return nil }
        digits.removeFirst()
      }
      guard digits.count == 3 else { return nil }
      for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        let (tens, overTens) = index.multipliedReportingOverflow(by: 10)
        let (sum, overSum) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
        guard !overTens, !overSum else { return nil }
        index = sum
      }
    }
    return index
  }
}
