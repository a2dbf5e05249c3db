extension TemplateEvaluator {
  mutating func arithmetic(
    _ operation: TemplateExpression.Arithmetic, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    if let a = left.integerValue, let b = right.integerValue { return try integers(operation, a, b) }
    if let a = left.floatValue, let b = right.floatValue { return try floats(operation, a, b) }
    switch (operation, left, right) {
    case (.add, .text(let a), .text(let b)): return .text(try concatenated(a, b))
    // A safe string escapes what it is joined with, and the result is safe.
    case (.add, .markup(let a), .text(let b)): return .markup(try concatenated(a, try escaped(b)))
    case (.add, .text(let a), .markup(let b)): return .markup(try concatenated(try escaped(a), b))
    case (.add, .markup(let a), .markup(let b)): return .markup(try concatenated(a, b))
    case (.add, .sequence(let a), .sequence(let b)) where a.kind == b.kind && [.list, .tuple].contains(a.kind):
      return try sequence(a.kind, a.items + b.items)
    case (.multiply, .text(let text), _), (.multiply, _, .text(let text)):
      guard let count = left.integerValue ?? right.integerValue else { break }
      return try repeated(text, count)
    case (.multiply, .sequence(let list), _), (.multiply, _, .sequence(let list)):
      guard let count = left.integerValue ?? right.integerValue, [.list, .tuple].contains(list.kind) else { break }
      let (total, overflow) = list.items.count.multipliedReportingOverflow(by: max(0, count))
      try requireElements(overflow ? .max : total)
      return try sequence(list.kind, Array(repeatElement(list.items, count: total == 0 ? 0 : count).joined()))
    default: break
    }
    throw failure("the operation is not defined for \(left.typeName) and \(right.typeName)")
  }

  private mutating func escaped(_ text: TemplateText) throws(TemplateError) -> TemplateText {
    try charge(text, .map)
    return text.escapedForHTML()
  }

  private mutating func repeated(_ text: TemplateText, _ count: Int) throws(TemplateError) -> TemplateValue {
    guard count > 0, !text.isEmpty else { return .text(TemplateText()) }
    let (total, overflow) = text.bytes.count.multipliedReportingOverflow(by: count)
    try requireRoom(overflow ? .max : total)
    var out = TemplateText()
    for _ in 0..<count { out.append(text) }
    return try made(out)
  }

  private func integers(
    _ operation: TemplateExpression.Arithmetic, _ a: Int, _ b: Int
  ) throws(TemplateError) -> TemplateValue {
    let (value, overflow): (Int, Bool)
    switch operation {
    case .add: (value, overflow) = a.addingReportingOverflow(b)
    case .subtract: (value, overflow) = a.subtractingReportingOverflow(b)
    case .multiply: (value, overflow) = a.multipliedReportingOverflow(by: b)
    case .divide:
      guard a.magnitude <= 1 << 53, b.magnitude <= 1 << 53 else { throw failure("a division of numbers above 2^53") }
      return try floats(.divide, Double(a), Double(b))
    case .floorDivide, .modulo:
      guard b != 0 else { throw failure("division by zero") }
      var (quotient, failed) = a.dividedReportingOverflow(by: b)
      var remainder = failed ? 0 : a % b
      // Python rounds the quotient down; the remainder has the sign of the divisor.
      if remainder != 0, (remainder < 0) != (b < 0) {
        quotient -= 1
        remainder += b
      }
      if operation == .modulo { failed = false }
      (value, overflow) = (operation == .modulo ? remainder : quotient, failed)
    }
    guard !overflow else { throw failure("a number that 64 bits do not hold") }
    return .integer(value)
  }

  private func floats(
    _ operation: TemplateExpression.Arithmetic, _ a: Double, _ b: Double
  ) throws(TemplateError) -> TemplateValue {
    switch operation {
    case .add: return .float(a + b)
    case .subtract: return .float(a - b)
    case .multiply: return .float(a * b)
    case .divide, .floorDivide, .modulo:
      guard b != 0 else { throw failure("division by zero") }
      if operation == .divide { return .float(a / b) }
      var remainder = a.truncatingRemainder(dividingBy: b)
      var quotient = (a - remainder) / b
      if remainder != 0 {
        if (remainder < 0) != (b < 0) {
          remainder += b
          quotient -= 1
        }
      } else {
        remainder = Double(signOf: b, magnitudeOf: 0)
      }
      if operation == .modulo { return .float(remainder) }
      guard quotient != 0 else { return .float(Double(signOf: a / b, magnitudeOf: 0)) }
      let floor = quotient.rounded(.down)
      return .float(quotient - floor > 0.5 ? floor + 1 : floor)
    }
  }

  func signed(_ isMinus: Bool, _ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    if let integer = value.integerValue {
      guard integer != .min else { throw failure("a number that 64 bits do not hold") }
      return .integer(isMinus ? -integer : integer)
    }
    guard let float = value.floatValue else { throw failure("\(value.typeName) has no sign") }
    return .float(isMinus ? -float : float)
  }

  mutating func compares(
    _ left: TemplateNode, _ steps: [TemplateExpression.Step]
  ) throws(TemplateError) -> Bool {
    var left = try evaluate(left)
    for step in steps {
      let right = try evaluate(step.right)
      guard try compares(left, step.comparison, right) else { return false }
      left = right
    }
    return true
  }

  mutating func compares(
    _ left: TemplateValue, _ comparison: TemplateExpression.Comparison, _ right: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch comparison {
    case .equal: return try equal(left, right)
    case .notEqual: return try !equal(left, right)
    case .less: return try precedes(left, right)
    case .greater: return try precedes(right, left)
    case .lessOrEqual:
      if try precedes(left, right) { return true }
      return try equal(left, right)
    case .greaterOrEqual:
      if try precedes(right, left) { return true }
      return try equal(left, right)
    case .contains: return try contains(right, left)
    case .excludes: return try !contains(right, left)
    }
  }

  mutating func equal(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
    var budget = limits.steps - steps
    let before = budget
    let result = left.equals(right, budget: &budget)
    try charge(budget < 0 ? .max : before - budget)
    return result
  }

  mutating func precedes(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
    if let a = left.integerValue, let b = right.integerValue { return a < b }
    if let a = left.floatValue, let b = right.floatValue { return a < b }
    if case .text(let a) = left, case .text(let b) = right {
      try charge(min(a.bytes.count, b.bytes.count) / TextWork.scan.rawValue)
      return a < b
    }
    throw failure("\(left.typeName) and \(right.typeName) have no order here")
  }

  private mutating func contains(_ whole: TemplateValue, _ part: TemplateValue) throws(TemplateError) -> Bool {
    switch whole {
    case .undefined: return false
    case .text(let text):
      guard case .text(let needle) = part else { throw failure("\(part.typeName) cannot be in a string") }
      try charge(text, .scan)
      try charge(needle, .scan)
      return text.contains(needle)
    case .sequence(let sequence):
      for item in sequence.items where try equal(item, part) { return true }
      return false
    case .dictionary(let dictionary):
      if case .text(let key) = part { return dictionary[key] != nil }
      guard part.depth == 0, !part.isBound else { throw failure("\(part.typeName) cannot be a key of a dictionary") }
      return false
    case .generator(let place):
      while let item = generators[place].popLast() {
        if try equal(item, part) { return true }
      }
      return false
    default: throw failure("nothing can be in \(whole.typeName)")
    }
  }
}
