import FuzzKit

/// Where the fields of a GGUF file lie, followed as far as it makes sense. Written apart from the reader under test, and
/// forgiving: what it cannot follow ends it.
struct GGUFMap {
  struct Field {
    let start: Int
    let width: Int
    /// Numbers of a type, which are small.
    let isType: Bool
  }

  static let tensorCountAt = 8
  static let pairCountAt = 16
  private static let fieldsMax = 4096

  private(set) var fields: [Field] = []
  /// Whole entries, from their name to their last byte.
  private(set) var pairs: [Range<Int>] = []
  private(set) var tensors: [Range<Int>] = []
  /// The bytes of each text; its length stands in the 8 bytes before.
  private(set) var texts: [Range<Int>] = []

  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard bytes.count >= 24 else { return }
    _ = number(4)
    _ = number(4)
    let (tensorCount, pairCount) = (number(8) ?? 0, number(8) ?? 0)
    for _ in 0..<min(pairCount, 4096) {
      let start = at
      guard text(), let type = number(4, isType: true), value(type, nesting: 0) else { return }
      pairs.append(start..<at)
    }
    for _ in 0..<min(tensorCount, 4096) {
      let start = at
      guard text(), let count = number(4), count <= 8 else { return }
      for _ in 0..<count where number(8) == nil { return }
      guard number(4, isType: true) != nil, number(8) != nil else { return }
      tensors.append(start..<at)
    }
  }

  private mutating func number(_ width: Int, isType: Bool = false) -> UInt64? {
    guard bytes.count - at >= width else { return nil }
    defer { at += width }
    if fields.count < Self.fieldsMax { fields.append(Field(start: at, width: width, isType: isType)) }
    return bytes.little(at: at, width: width)
  }

  private mutating func text() -> Bool {
    guard let count = number(8), count <= UInt64(bytes.count - at) else { return false }
    texts.append(at..<at + Int(count))
    at += Int(count)
    return true
  }

  private mutating func value(_ type: UInt64, nesting: Int) -> Bool {
    switch type {
    case 0, 1, 7: return number(1) != nil
    case 2, 3: return number(2) != nil
    case 4, 5, 6: return number(4) != nil
    case 10, 11, 12: return number(8) != nil
    case 8: return text()
    case 9 where nesting < 16:
      guard let element = number(4, isType: true), let count = number(8) else { return false }
      for _ in 0..<min(count, 1 << 16) where !value(element, nesting: nesting + 1) { return false }
      return true
    default: return false
    }
  }
}
