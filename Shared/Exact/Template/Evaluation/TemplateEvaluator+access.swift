// Attributes, elements and slices: what Jinja's sandbox gives for `a.b`, `a['b']` and `a[b:c]`.

extension TemplateEvaluator {
  mutating func attribute(_ name: String, of value: TemplateValue) throws(TemplateError) -> TemplateValue {
    // A method comes before a key of the same name; `a['items']` asks the other way round.
    if case .dictionary = value {
      if TemplateReservedNames.methodsOfDictionary.contains(name) { return .method(name) }
      if TemplateReservedNames.mutatorsOfDictionary.contains(name) {
        return .undefined("the method '\(name)' changes its dictionary")
      }
    }
    return try element(of: value, .text(TemplateText(name, .template)))
  }

  mutating func element(of value: TemplateValue, _ key: TemplateValue) throws(TemplateError) -> TemplateValue {
    if case .undefined(let what) = value { throw failure(what) }
    guard case .text(let text) = key else { return try element(of: value, at: key) }
    try charge(text, .scan)
    let name = text.string
    switch value {
    case .dictionary(let dictionary):
      if let found = dictionary[text] { return found }
      if TemplateReservedNames.methodsOfDictionary.contains(name) { return .method(name) }
    case .text:
      if TemplateReservedNames.methodsOfString.contains(name) { return .method(name) }
    case .sequence(let sequence) where sequence.kind != .view:
      let methods =
        sequence.kind == .list ? TemplateReservedNames.methodsOfList : TemplateReservedNames.methodsOfTuple
      if methods.contains(name) { return .method(name) }
    case .namespace(let place):
      if let found = namespaces[place][name] { return found }
    case .loop(let place): return try loopAttribute(name, place)
    case .bool, .integer, .float:
      guard !TemplateReservedNames.membersOfNumber.contains(name) else {
        throw failure("the member '\(name)' of a number is not supported")
      }
    case .none, .method, .undefined, .sequence: break
    case .markup, .generator, .macro, .function:
      throw failure("the attributes of \(value.typeName) are not supported")
    }
    return .undefined("\(value.typeName) has no attribute '\(name.prefix(80))'")
  }

  private mutating func element(of value: TemplateValue, at key: TemplateValue) throws(TemplateError) -> TemplateValue {
    let missing = TemplateValue.undefined("\(value.typeName) has no element \(key.typeName)")
    if case .markup = key { throw failure("a safe string cannot be a subscript here") }
    switch value {
    case .sequence(let sequence):
      guard sequence.kind != .view, let index = key.integerValue else { return missing }
      let at = index < 0 ? index + sequence.items.count : index
      return sequence.items.indices.contains(at) ? sequence.items[at] : missing
    case .text(let text):
      guard let index = key.integerValue else { return missing }
      try charge(text, .scan)
      return character(index, of: text).map { .text($0) } ?? missing
    case .markup, .macro, .function: throw failure("\(value.typeName) has no elements here")
    default: return missing
    }
  }

  /// Walks from the nearer end.
  private func character(_ index: Int, of text: TemplateText) -> TemplateText? {
    var left = index < 0 ? -(index + 1) : index
    guard left < text.bytes.count else { return nil }
    if index < 0 {
      var end = text.bytes.count
      while left > 0, end > 0 {
        end = text.scalarStart(end)
        left -= 1
      }
      return end > 0 ? text.slice(text.scalarStart(end)..<end) : nil
    }
    var start = 0
    while left > 0, start < text.bytes.count {
      start = text.scalarEnd(start)
      left -= 1
    }
    return start < text.bytes.count ? text.slice(start..<text.scalarEnd(start)) : nil
  }

  mutating func slice(of value: TemplateValue, _ bounds: [TemplateValue?]) throws(TemplateError) -> TemplateValue {
    var numbers: [Int?] = []
    for bound in bounds {
      switch bound {
      case nil, .some(.none): numbers.append(nil)
      case .some(let bound):
        guard let number = bound.integerValue else { throw failure("\(bound.typeName) cannot bound a slice") }
        numbers.append(number)
      }
    }
    guard numbers[2] != 0 else { throw failure("the step of a slice is 0") }
    switch value {
    case .text(let text):
      try charge(text, .map)
      let ranges = text.scalarRanges
      let places = Self.places(ranges.count, numbers[0], numbers[1], numbers[2] ?? 1)
      if numbers[2] ?? 1 == 1 {
        guard let first = places.first(where: { _ in true }) else { return .text(TemplateText()) }
        let last = places.reduce(first) { $1 }
        return .text(text.slice(ranges[first].lowerBound..<ranges[last].upperBound))
      }
      var out = TemplateText()
      for place in places { out.append(text, ranges[place]) }
      return .text(out)
    case .sequence(let list) where list.kind != .view:
      return try sequence(
        list.kind, Self.places(list.items.count, numbers[0], numbers[1], numbers[2] ?? 1).map { list.items[$0] })
    case .undefined(let what): throw failure(what)
    default: throw failure("\(value.typeName) cannot be sliced")
    }
  }

  /// The places that Python's `slice(from, to, step)` takes of `count` elements.
  private static func places(_ count: Int, _ from: Int?, _ to: Int?, _ step: Int) -> StrideTo<Int> {
    let lower = step < 0 ? -1 : 0
    let upper = step < 0 ? count - 1 : count
    func clamped(_ bound: Int) -> Int { bound < 0 ? max(bound + count, lower) : min(bound, upper) }
    let start = from.map(clamped) ?? (step < 0 ? upper : lower)
    let end = to.map(clamped) ?? (step < 0 ? lower : upper)
    // A longer step takes no more than one element either; it could overflow.
    return stride(from: start, to: end, by: min(max(step, -count - 1), count + 1))
  }
}
