/// A loop that runs. Its filter is asked for one element after the other, as late as Jinja asks: it may read a namespace
/// that the body changes.
struct LoopState {
  var items: [TemplateValue]
  var filter: TemplateNode?
  let target: TemplateTarget
  /// Where the loop stands: its filter sees these variables.
  let scope: Int
  /// The next of `items` to look at.
  var position = 0
  /// An element that was looked at ahead of its turn.
  var ahead: TemplateValue?
  var before: TemplateValue?
  var current: TemplateValue?
  /// Turns before this one; -1 before the first.
  var index = -1
  var length: Int?

  init(items: [TemplateValue], filter: TemplateNode?, target: TemplateTarget, scope: Int) {
    self.items = items
    self.filter = filter
    self.target = target
    self.scope = scope
  }
}

extension TemplateEvaluator {
  /// Moves a loop to its next element; nil when there is none.
  mutating func nextTurn(_ place: Int) throws(TemplateError) -> TemplateValue? {
    guard let item = try peek(place) else { return nil }
    loops[place].ahead = nil
    loops[place].index += 1
    loops[place].before = loops[place].current
    loops[place].current = item
    return item
  }

  /// The element after the current one.
  private mutating func peek(_ place: Int) throws(TemplateError) -> TemplateValue? {
    if let ahead = loops[place].ahead { return ahead }
    while loops[place].position < loops[place].items.count {
      let item = loops[place].items[loops[place].position]
      loops[place].position += 1
      if try passes(item, place) {
        loops[place].ahead = item
        return item
      }
    }
    return nil
  }

  private mutating func passes(_ item: TemplateValue, _ place: Int) throws(TemplateError) -> Bool {
    guard let filter = loops[place].filter else { return true }
    let target = loops[place].target
    return try inScope(of: loops[place].scope, [:]) { (inner: inout TemplateEvaluator) throws(TemplateError) in
      try inner.assign(item, to: target)
      return try inner.evaluate(filter).isTrue
    }
  }

  private mutating func length(_ place: Int) throws(TemplateError) -> Int {
    if let length = loops[place].length { return length }
    var count = loops[place].items.count
    if loops[place].filter != nil {
      // What is left is filtered now, and counted with what has passed.
      count = loops[place].index + 1 + (loops[place].ahead == nil ? 0 : 1)
      var rest: [TemplateValue] = []
      for item in loops[place].items[loops[place].position...] where try passes(item, place) { rest.append(item) }
      loops[place].items = rest
      loops[place].position = 0
      loops[place].filter = nil
      count += rest.count
    }
    loops[place].length = count
    return count
  }

  /// An attribute of the variable `loop`.
  mutating func loopAttribute(_ name: String, _ place: Int) throws(TemplateError) -> TemplateValue {
    guard place < loops.count else { throw failure("the loop has ended") }
    let index = loops[place].index
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "first": return .bool(index == 0)
    case "last": return .bool(try peek(place) == nil)
    case "length": return .integer(try length(place))
    case "revindex": return .integer(try length(place) - index)
    case "revindex0": return .integer(try length(place) - index - 1)
    case "previtem":
      return loops[place].before ?? .undefined("there is no previous item")
    case "nextitem":
      return try peek(place) ?? .undefined("there is no next item")
    case "depth": return .integer(1)
    case "depth0": return .integer(0)
    case "cycle", "changed": return .method(name)
    default: return .undefined("loop has no attribute '\(name)'")
    }
  }
}
