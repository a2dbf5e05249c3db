// Filters of sequences.

extension TemplateEvaluator {
  mutating func first(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    let missing = TemplateValue.undefined("no first item, the sequence was empty")
    switch value {
    case .generator(let place): return generators[place].popLast() ?? missing
    case .text(let text): return text.isEmpty ? missing : .text(text.slice(0..<text.scalarEnd(0)))
    case .sequence(let sequence): return sequence.items.first ?? missing
    default: return try elements(of: value).first ?? missing
    }
  }

  mutating func last(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    let missing = TemplateValue.undefined("no last item, the sequence was empty")
    switch value {
    case .generator: throw failure("the last item of a generator: make it a list first")
    case .text(let text):
      return text.isEmpty ? missing : .text(text.slice(text.scalarStart(text.bytes.count)..<text.bytes.count))
    case .sequence(let sequence): return sequence.items.last ?? missing
    default: return try elements(of: value).last ?? missing
    }
  }

  mutating func joined(_ value: TemplateValue, _ arguments: [TemplateValue?]) throws(TemplateError) -> TemplateText {
    let separator = try arguments[0].map { (value) throws(TemplateError) in try string(value) } ?? TemplateText()
    var out = TemplateText()
    for (at, item) in try elements(of: value).enumerated() {
      if at > 0 { try append(separator, to: &out) }
      try append(try string(try key(of: item, arguments[1])), to: &out)
    }
    return out
  }

  mutating func append(_ text: TemplateText, to out: inout TemplateText) throws(TemplateError) {
    try charge(1)
    try charge(text, .copy)
    try requireRoom(out.bytes.count + text.bytes.count)
    out.append(text)
  }

  /// What a filter looks at in an element: the element, or the attribute that `path` (`a`, `a.b`, `a.0`, 0) names.
  mutating func key(of item: TemplateValue, _ path: TemplateValue?) throws(TemplateError) -> TemplateValue {
    switch path {
    case nil, .some(.none): return item
    case .some(.integer(let index)): return try element(of: item, .integer(index))
    case .some(.text(let path)):
      guard !path.contains(TemplateText(",", .template)) else {
        throw failure("several attributes at once are not supported")
      }
      var value = item
      for part in path.split(TemplateText(".", .template)) {
        let isNumber = !part.isEmpty && part.bytes.allSatisfy { (0x30...0x39).contains($0) }
        value = try element(of: value, isNumber ? .integer(Int(part.string) ?? .max) : .text(part))
      }
      return value
    case .some(let other): throw failure("\(other.typeName) names no attribute")
    }
  }

  mutating func reversed(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    switch value {
    case .text(let text):
      try charge(text, .map)
      var out = TemplateText()
      for range in text.scalarRanges.reversed() { out.append(text, range) }
      return .text(out)
    case .generator: return try sequence(.list, try elements(of: value).reversed())
    default: return try generator(try elements(of: value).reversed())
    }
  }

  /// An element's key for comparing: strings in lower case unless case counts.
  private mutating func comparedKey(
    _ item: TemplateValue, _ isCaseSensitive: TemplateValue?, _ path: TemplateValue?
  ) throws(TemplateError) -> TemplateValue {
    let key = try key(of: item, path)
    guard isCaseSensitive?.isTrue != true, case .text(let text) = key else { return key }
    try charge(text, .map)
    return try made(text.lowercased())
  }

  mutating func sorted(_ value: TemplateValue, _ arguments: [TemplateValue?]) throws(TemplateError) -> TemplateValue {
    var keyed: [(key: TemplateValue, item: TemplateValue)] = []
    for item in try elements(of: value) {
      let key = try comparedKey(item, arguments[1], arguments[2])
      // Each has an order with the first, so all have with each other.
      _ = try precedes(key, keyed.first?.key ?? key)
      keyed.append((key, item))
    }
    // Each comparison may read all of both keys.
    let rounds = Int.bitWidth - keyed.count.leadingZeroBitCount
    for (key, _) in keyed { try charge(rounds * (1 + (key.textValue?.bytes.count ?? 0) / TextWork.scan.rawValue)) }
    let isReverse = arguments[0]?.isTrue == true
    // By place where keys are equal: Python's sort is stable, in reverse too.
    let order = keyed.indices.sorted { a, b in
      let (x, y) = isReverse ? (keyed[b].key, keyed[a].key) : (keyed[a].key, keyed[b].key)
      if x.comesBefore(y) { return true }
      return !y.comesBefore(x) && a < b
    }
    return try sequence(.list, order.map { keyed[$0].item })
  }

  mutating func unique(_ value: TemplateValue, _ arguments: [TemplateValue?]) throws(TemplateError) -> TemplateValue {
    var keys: [TemplateValue] = []
    var kept: [TemplateValue] = []
    for item in try elements(of: value) {
      let key = try comparedKey(item, arguments[0], arguments[1])
      guard key.depth == 0 else { throw failure("'unique' of \(key.typeName)") }
      var isNew = true
      for other in keys where try equal(key, other) { isNew = false }
      guard isNew else { continue }
      keys.append(key)
      kept.append(item)
    }
    return try generator(kept)
  }

  mutating func map(
    _ value: TemplateValue, _ mapping: TemplateExpression.Mapping
  ) throws(TemplateError) -> TemplateValue {
    var out: [TemplateValue] = []
    // Jinja looks for elements only in what is true, so none has none here.
    let isTrue = value.isTrue
    switch mapping {
    case .attribute(let node, let fallback):
      let path = try evaluate(node)
      let fallback = try fallback.map { (node) throws(TemplateError) in try evaluate(node) }
      for item in isTrue ? try elements(of: value) : [] {
        let found = try key(of: item, path)
        if case .undefined = found { out.append(fallback ?? found) } else { out.append(found) }
      }
    case .filter(let filter, let nodes):
      var arguments: [TemplateValue?] = []
      for node in nodes { arguments.append(try node.map { (node) throws(TemplateError) in try evaluate(node) }) }
      for item in isTrue ? try elements(of: value) : [] { out.append(try apply(filter, to: item, arguments)) }
    }
    for item in out { try requireFree(item) }
    return try generator(out)
  }

  mutating func select(
    _ value: TemplateValue, _ selection: TemplateExpression.Selection
  ) throws(TemplateError) -> TemplateValue {
    let path = try selection.attribute.map { (node) throws(TemplateError) in try evaluate(node) }
    let argument = try selection.argument.map { (node) throws(TemplateError) in try evaluate(node) }
    var out: [TemplateValue] = []
    for item in value.isTrue ? try elements(of: value) : [] {
      let asked = try key(of: item, path)
      let answer = try selection.test.map { (test) throws(TemplateError) in try answers(asked, test, argument) }
      if (answer ?? asked.isTrue) == selection.keeps { out.append(item) }
    }
    return try generator(out)
  }
}

extension TemplateValue {
  /// `<` of two texts or two numbers.
  fileprivate func comesBefore(_ other: TemplateValue) -> Bool {
    if case .text(let a) = self, case .text(let b) = other { return a < b }
    if let a = integerValue, let b = other.integerValue { return a < b }
    return (floatValue ?? 0) < (other.floatValue ?? 0)
  }
}
