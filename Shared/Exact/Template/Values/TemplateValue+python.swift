// Truth, equality and numbers as Python has them.

extension TemplateValue {
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .text(let text), .markup(let text): !text.isEmpty
    case .sequence(let sequence): !sequence.items.isEmpty
    case .dictionary(let dictionary): !dictionary.entries.isEmpty
    case .generator, .namespace, .loop, .macro, .function, .method: true
    }
  }

  /// An integer; a boolean is one.
  var integerValue: Int? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  /// Any number, as a float.
  var floatValue: Double? {
    if case .float(let value) = self { return value }
    return integerValue.map(Double.init)
  }

  var textValue: TemplateText? {
    if case .text(let text) = self { text } else { nil }
  }

  /// `==`, which is false between values of different types except numbers.
  ///
  /// - Parameter budget: steps that the comparison may take; a value that shares its parts may be far larger than its
  ///   memory. Below zero afterwards: it was given up, and the result says nothing.
  func equals(_ other: TemplateValue, budget: inout Int) -> Bool {
    budget -= 1
    guard budget >= 0 else { return false }
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.text(let a), .text(let b)), (.text(let a), .markup(let b)), (.markup(let a), .text(let b)),
      (.markup(let a), .markup(let b)):
      budget -= min(a.bytes.count, b.bytes.count) / TextWork.scan.rawValue
      return a == b
    case (.sequence(let a), .sequence(let b)):
      guard a.kind == b.kind, a.kind != .view, a.items.count == b.items.count else { return false }
      for (x, y) in zip(a.items, b.items) where !x.equals(y, budget: &budget) { return false }
      return true
    case (.dictionary(let a), .dictionary(let b)):
      guard a.entries.count == b.entries.count else { return false }
      for entry in a.entries {
        budget -= entry.key.bytes.count / TextWork.scan.rawValue
        guard let value = b[entry.key], entry.value.equals(value, budget: &budget) else { return false }
      }
      return true
    case (.generator(let a), .generator(let b)), (.namespace(let a), .namespace(let b)), (.loop(let a), .loop(let b)):
      return a == b
    case (.macro(let a, let scopeA), .macro(let b, let scopeB)): return a == b && scopeA == scopeB
    case (.function(let a), .function(let b)): return a == b
    default: return numbersEqual(other)
    }
  }

  private func numbersEqual(_ other: TemplateValue) -> Bool {
    if let a = integerValue, let b = other.integerValue { return a == b }
    guard let a = floatValue, let b = other.floatValue else { return false }
    // Python compares the exact values: an integer that a float cannot hold equals none.
    if let integer = integerValue ?? other.integerValue, Int(exactly: a == Double(integer) ? b : a) != integer {
      return false
    }
    return a == b
  }
}
