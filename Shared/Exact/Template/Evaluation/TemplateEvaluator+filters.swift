extension TemplateEvaluator {
  /// - Parameter arguments: one for each parameter of the filter, nil where none was given.
  mutating func apply(
    _ filter: TemplateFilter, to value: TemplateValue, _ arguments: [TemplateValue?]
  ) throws(TemplateError) -> TemplateValue {
    switch filter {
    case .trim, .upper, .lower, .title, .capitalize, .replace, .string, .safe:
      return try applyToText(filter, value, arguments)
    case .tojson: return .text(try json(value, arguments))
    case .int: return try integer(value, arguments[0])
    case .default, .d:
      if case .undefined = value { return arguments[0] ?? .text(TemplateText()) }
      return arguments[1]?.isTrue == true && !value.isTrue ? arguments[0] ?? .text(TemplateText()) : value
    case .length, .count: return .integer(try length(value))
    case .list: return try sequence(.list, try elements(of: value))
    case .first: return try first(value)
    case .last: return try last(value)
    case .join: return .text(try joined(value, arguments))
    case .reverse: return try reversed(value)
    case .sort: return try sorted(value, arguments)
    case .unique: return try unique(value, arguments)
    case .items:
      if case .undefined = value { return try generator([]) }
      guard case .dictionary(let dictionary) = value else { throw failure("\(value.typeName) has no items") }
      return try generator(try pairs(dictionary))
    case .map, .select, .reject, .selectattr, .rejectattr:
      throw failure("'\(filter.rawValue)' has a form of its own")
    }
  }

  private mutating func applyToText(
    _ filter: TemplateFilter, _ value: TemplateValue, _ arguments: [TemplateValue?]
  ) throws(TemplateError) -> TemplateValue {
    if case .markup = value {
      guard filter == .safe || filter == .string else { throw failure("a filter of a safe string is not supported") }
      return value
    }
    let text = try string(value)
    switch filter {
    case .upper, .lower, .title, .capitalize: try charge(text, .map)
    default: try charge(text, .scan)
    }
    switch filter {
    case .trim:
      switch arguments[0] {
      case nil, .some(.none): return .text(text.stripped(.both))
      case .some(.text(let characters)): return .text(text.stripped(.both, of: characters))
      case .some(let other): throw failure("'trim' of \(other.typeName)")
      }
    case .upper: return try made(text.uppercased())
    case .lower: return try made(text.lowercased())
    case .title: return try made(text.titleFiltered())
    case .capitalize: return try made(text.capitalized())
    case .safe: return .markup(text)
    case .replace:
      let old = try string(arguments[0] ?? .undefined("old"))
      let new = try string(arguments[1] ?? .undefined("new"))
      return try replaced(text, old, new, count: arguments[2])
    default: return .text(text)
    }
  }

  mutating func replaced(
    _ text: TemplateText, _ old: TemplateText, _ new: TemplateText, count: TemplateValue?
  ) throws(TemplateError) -> TemplateValue {
    var limit = -1
    switch count {
    case nil, .some(.none): break
    case .some(let count):
      guard let number = count.integerValue else { throw failure("a count of \(count.typeName)") }
      limit = number
    }
    try charge(text, .scan)
    try charge(old, .scan)
    guard let out = text.replacing(old, with: new, limit: limit, maximumBytes: limits.textBytes) else {
      throw .limit("the bytes of a text of the chat template", limits.textBytes)
    }
    return try made(out)
  }

  private mutating func json(
    _ value: TemplateValue, _ arguments: [TemplateValue?]
  ) throws(TemplateError) -> TemplateText {
    var style = TemplateJSONStyle()
    switch arguments[0] {
    case nil, .some(.none): break
    case .some(let indent):
      guard let spaces = indent.integerValue, 0...TemplateJSONStyle.maximumIndent ~= spaces else {
        throw failure("'tojson' indents by 0 to \(TemplateJSONStyle.maximumIndent) spaces")
      }
      style.indent = spaces
    }
    style.isASCII = arguments[1]?.isTrue == true
    return try written(value) { (writer: inout TemplateWriter) throws(TemplateWriter.Fault) in
      try writer.json(value, style)
    }
  }

  private func integer(_ value: TemplateValue, _ fallback: TemplateValue?) throws(TemplateError) -> TemplateValue {
    let fallback = fallback ?? .integer(0)
    if let integer = value.integerValue { return .integer(integer) }
    let float: Double
    switch value {
    case .float(let number): float = number
    case .text(let text):
      let trimmed = text.stripped(.both).string
      let digits = trimmed.drop { $0 == "+" || $0 == "-" }
      guard trimmed.utf8.count - digits.utf8.count <= 1, let first = digits.utf8.first,
        digits.utf8.allSatisfy({ (0x2b...0x39).contains($0) || $0 | 0x20 == UInt8(ascii: "e") }),
        (0x30...0x39).contains(first) || first == UInt8(ascii: "."), !digits.contains(","), !digits.contains("/")
      else {
        // Python reads digits of other scripts and underscores too; nothing is guessed about them.
        guard trimmed.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "_") }) else {
          throw failure("'int' of a string with other than plain digits")
        }
        return fallback
      }
      if let integer = Int(trimmed) { return .integer(integer) }
      guard trimmed.contains(where: { ".eE".contains($0) }) else {
        throw failure("a number that 64 bits do not hold")
      }
      guard let number = Double(trimmed) else { return fallback }
      float = number
    case .undefined(let what): throw failure(what)
    case .markup: throw failure("a filter of a safe string is not supported")
    default: return fallback
    }
    guard let integer = Int(exactly: float.rounded(.towardZero)) else {
      throw failure("a number that 64 bits do not hold")
    }
    return .integer(integer)
  }

  mutating func length(_ value: TemplateValue) throws(TemplateError) -> Int {
    switch value {
    case .undefined: return 0
    case .text(let text), .markup(let text):
      try charge(text, .scan)
      return text.count
    case .sequence(let sequence): return sequence.items.count
    case .dictionary(let dictionary): return dictionary.entries.count
    default: throw failure("\(value.typeName) has no length")
    }
  }

  mutating func pairs(_ dictionary: TemplateDictionary) throws(TemplateError) -> [TemplateValue] {
    try charge(dictionary.entries.count)
    return dictionary.entries.map { .sequence(TemplateSequence(.tuple, [.text($0.key), $0.value])) }
  }
}
