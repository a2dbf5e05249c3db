extension TemplateEvaluator {
  /// Whether `value is test argument`.
  mutating func answers(
    _ value: TemplateValue, _ test: TemplateTest, _ argument: TemplateValue?
  ) throws(TemplateError) -> Bool {
    let argument = argument ?? .none
    switch test {
    case .defined, .undefined:
      if case .undefined = value { return test == .undefined }
      return test == .defined
    case .none:
      if case .none = value { return true }
      return false
    case .string:
      if case .markup = value { return true }
      return value.textValue != nil
    case .mapping:
      if case .dictionary = value { return true }
      return false
    case .iterable, .sequence: return Self.isWalked(value, hasPlaces: test == .sequence)
    case .boolean, .true, .false:
      guard case .bool(let flag) = value else { return false }
      return test == .boolean || flag == (test == .true)
    case .number: return value.floatValue != nil
    case .integer:
      if case .integer = value { return true }
      return false
    case .float:
      if case .float = value { return true }
      return false
    case .odd, .even:
      guard let number = value.integerValue else { throw failure("\(value.typeName) is neither odd nor even here") }
      return (number % 2 == 0) == (test == .even)
    case .eq, .equalto: return try compares(value, .equal, argument)
    case .ne: return try compares(value, .notEqual, argument)
    case .lt, .lessthan: return try compares(value, .less, argument)
    case .le: return try compares(value, .lessOrEqual, argument)
    case .gt, .greaterthan: return try compares(value, .greater, argument)
    case .ge: return try compares(value, .greaterOrEqual, argument)
    case .in: return try compares(value, .contains, argument)
    }
  }

  /// Whether a value has elements, and for `sequence` also a length and subscripts.
  private static func isWalked(_ value: TemplateValue, hasPlaces: Bool) -> Bool {
    switch value {
    case .undefined, .text, .markup, .dictionary: true
    case .sequence(let sequence): !hasPlaces || sequence.kind != .view
    case .generator, .loop: !hasPlaces
    case .none, .bool, .integer, .float, .namespace, .macro, .function, .method: false
    }
  }
}
