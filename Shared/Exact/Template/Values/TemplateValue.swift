/// A value of the template language. Values are immutable; what changes (namespaces, loops, generators) is owned by the
/// evaluator and referred to by its place there, so that no value can contain itself.
indirect enum TemplateValue: Sendable {
  /// A variable, attribute or element that does not exist; the string says which.
  case undefined(String)
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case text(TemplateText)
  /// The result of the filter `safe`: it can be written, tested and added to, which escapes what is added. No more is
  /// offered.
  case markup(TemplateText)
  case sequence(TemplateSequence)
  case dictionary(TemplateDictionary)
  /// What a lazy filter (`map`, `selectattr`, ...) returns: it can be walked through once.
  case generator(Int)
  case namespace(Int)
  case loop(Int)
  /// A macro of the program, and the scope in which it was defined.
  case macro(Int, scope: Int)
  case function(TemplateFunction)
  /// A method that is not called: only its existence can be asked for.
  case method(String)

  static func data(_ string: String) -> TemplateValue { .text(TemplateText(string, .data)) }
}

/// Several values in order.
struct TemplateSequence: Sendable {
  enum Kind: String, Sendable {
    case list, tuple, range
    /// What `items`, `keys` and `values` of a dictionary return.
    case view = "dictionary view"
  }

  /// Values inside each other: what walks over them recurses.
  static let maximumDepth = 96

  let kind: Kind
  let items: [TemplateValue]
  /// 1 for a sequence of plain values.
  let depth: Int

  init(_ kind: Kind, _ items: [TemplateValue]) {
    self.kind = kind
    self.items = items
    depth = 1 + items.reduce(0) { max($0, $1.depth) }
  }
}

/// Texts to values, in the order of insertion. Only texts are keys.
struct TemplateDictionary: Sendable {
  private(set) var entries: [(key: TemplateText, value: TemplateValue)] = []
  /// 1 for a dictionary of plain values.
  private(set) var depth = 1
  /// Places of the keys, once there are so many that a search would cost.
  private var places: [TemplateText: Int] = [:]
  private static let searchedCount = 8

  init() {}

  init(_ pairs: [(String, TemplateValue)], _ origin: TextOrigin) {
    for (key, value) in pairs { self[TemplateText(key, origin)] = value }
  }

  subscript(key: TemplateText) -> TemplateValue? {
    get { place(of: key).map { entries[$0].value } }
    set {
      guard let newValue else { return }
      depth = max(depth, 1 + newValue.depth)
      if let place = place(of: key) {
        entries[place].value = newValue
        return
      }
      entries.append((key, newValue))
      if entries.count == Self.searchedCount + 1 {
        for (at, entry) in entries.enumerated() { places[entry.key] = at }
      } else if entries.count > Self.searchedCount {
        places[key] = entries.count - 1
      }
    }
  }

  private func place(of key: TemplateText) -> Int? {
    entries.count > Self.searchedCount ? places[key] : entries.firstIndex { $0.key == key }
  }
}

extension TemplateValue {
  /// Sequences and dictionaries inside each other; 0 for a plain value.
  var depth: Int {
    switch self {
    case .sequence(let sequence): sequence.depth
    case .dictionary(let dictionary): dictionary.depth
    default: 0
    }
  }

  /// Whether the value is tied to a place of the evaluator and so cannot be kept in another value.
  var isBound: Bool {
    switch self {
    case .generator, .namespace, .loop, .macro, .function, .method: true
    default: false
    }
  }

  /// What the value is called in messages.
  var typeName: String {
    switch self {
    case .undefined(let what): "an undefined value (\(what))"
    case .none: "none"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .float: "a float"
    case .text: "a string"
    case .markup: "a safe string"
    case .sequence(let sequence): "a \(sequence.kind.rawValue)"
    case .dictionary: "a dictionary"
    case .generator: "a generator"
    case .namespace: "a namespace"
    case .loop: "a loop"
    case .macro: "a macro"
    case .function(let function): "the function \(function.rawValue)"
    case .method(let name): "the method \(name)"
    }
  }
}
