/// A set of Unicode code points as ascending, disjoint ranges that do not touch.
struct CodePointSet: Sendable, Hashable {
  private(set) var ranges: [ClosedRange<UInt32>] = []

  init(_ ranges: [ClosedRange<UInt32>] = []) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  init(_ scalar: UInt32) { self.init([scalar...scalar]) }

  init(scalars: String) { self.init(scalars.unicodeScalars.map { $0.value...$0.value }) }

  /// What patterns and free names mean by any character: every scalar but the control characters of ASCII, which an
  /// answer then holds only where a pattern names them.
  static let printable = CodePointSet([0x20...0xd7ff, 0xe000...0x10ffff])
  static let ascii = CodePointSet([0x20...0x7e])
  static let digit = CodePointSet([0x30...0x39])
  static let word = CodePointSet([0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
  static let space = CodePointSet([0x09...0x0d, 0x20...0x20])

  var isEmpty: Bool { ranges.isEmpty }

  func union(_ other: CodePointSet) -> CodePointSet { CodePointSet(ranges + other.ranges) }

  func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } }

  func subtracting(_ other: CodePointSet) -> CodePointSet {
    var out: [ClosedRange<UInt32>] = []
    for range in ranges {
      var low = range.lowerBound
      for hole in other.ranges where hole.upperBound >= low && hole.lowerBound <= range.upperBound {
        if hole.lowerBound > low { out.append(low...hole.lowerBound - 1) }
        low = hole.upperBound + 1
      }
      if low <= range.upperBound { out.append(low...range.upperBound) }
    }
    return CodePointSet(out)
  }
}
