extension TemplateEvaluator {
  mutating func call(
    _ method: TemplateMethod, of value: TemplateValue, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .dictionary(let dictionary) where method.isOfDictionary: return try call(method, of: dictionary, arguments)
    case .text(let text) where !method.isOfDictionary:
      switch method {
      case .upper, .lower, .title, .capitalize: try charge(text, .map)
      default: try charge(text, .scan)
      }
      return try call(method, of: text, arguments)
    default: throw failure("\(value.typeName) has no method '\(method.rawValue)'")
    }
  }

  private mutating func call(
    _ method: TemplateMethod, of dictionary: TemplateDictionary, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> TemplateValue {
    switch method {
    case .items: return .sequence(TemplateSequence(.view, try pairs(dictionary)))
    case .keys: return try sequence(.view, dictionary.entries.map { .text($0.key) })
    case .values: return try sequence(.view, dictionary.entries.map(\.value))
    default:
      let fallback = arguments.count > 1 ? arguments[1] : TemplateValue.none
      guard case .text(let key) = arguments[0] else {
        guard arguments[0].depth == 0, !arguments[0].isBound else {
          throw failure("\(arguments[0].typeName) cannot be a key of a dictionary")
        }
        return fallback
      }
      return dictionary[key] ?? fallback
    }
  }

  private mutating func call(
    _ method: TemplateMethod, of text: TemplateText, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> TemplateValue {
    switch method {
    case .strip, .lstrip, .rstrip:
      let side: StripSide = method == .strip ? .both : method == .lstrip ? .left : .right
      return .text(text.stripped(side, of: try optionalText(arguments.first, method)))
    case .upper: return try made(text.uppercased())
    case .lower: return try made(text.lowercased())
    case .title: return try made(text.titlecased())
    case .capitalize: return try made(text.capitalized())
    case .startswith, .endswith: return .bool(try hasEnd(method, text, arguments[0]))
    case .split: return try split(text, arguments)
    case .replace:
      return try replaced(
        text, try self.text(arguments[0], method), try self.text(arguments[1], method),
        count: arguments.count > 2 ? arguments[2] : nil)
    case .join:
      var out = TemplateText()
      for (at, item) in try elements(of: arguments[0]).enumerated() {
        if at > 0 { try append(text, to: &out) }
        try append(try self.text(item, method), to: &out)
      }
      return .text(out)
    case .items, .keys, .values, .get: throw failure("a string has no method '\(method.rawValue)'")
    }
  }

  private func text(_ value: TemplateValue, _ method: TemplateMethod) throws(TemplateError) -> TemplateText {
    guard case .text(let text) = value else {
      throw failure("the method '\(method.rawValue)' takes strings, not \(value.typeName)")
    }
    return text
  }

  private func optionalText(
    _ value: TemplateValue?, _ method: TemplateMethod
  ) throws(TemplateError) -> TemplateText? {
    switch value {
    case nil, .some(.none): return nil
    case .some(let value): return try text(value, method)
    }
  }

  /// `startswith` or `endswith` one text or any of a tuple.
  private func hasEnd(
    _ method: TemplateMethod, _ text: TemplateText, _ argument: TemplateValue
  ) throws(TemplateError) -> Bool {
    var wanted = [argument]
    if case .sequence(let sequence) = argument, sequence.kind == .tuple { wanted = sequence.items }
    for item in wanted {
      let end = try self.text(item, method)
      if method == .startswith ? text.hasPrefix(end) : text.hasSuffix(end) { return true }
    }
    return false
  }

  private mutating func split(
    _ text: TemplateText, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> TemplateValue {
    var limit = -1
    if arguments.count > 1 {
      guard let number = arguments[1].integerValue else { throw failure("'split' takes a number of parts") }
      limit = number
    }
    // One cut more than a sequence may have is enough to refuse it.
    limit = limit < 0 ? limits.elements : min(limit, limits.elements)
    let parts: [TemplateText]
    if let separator = try optionalText(arguments.first, .split) {
      guard !separator.isEmpty else { throw failure("an empty separator") }
      parts = text.split(separator, limit: limit)
    } else {
      parts = text.splitBySpace(limit: limit)
    }
    return try sequence(.list, parts.map { .text($0) })
  }
}
