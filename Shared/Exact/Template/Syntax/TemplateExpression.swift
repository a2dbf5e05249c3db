/// An expression of the template language, with its place in the source.
struct TemplateNode: Sendable {
  let expression: TemplateExpression
  let line: Int
  /// Expressions inside each other, itself included: what walks over the tree recurses this far.
  let depth: Int

  init(_ expression: TemplateExpression, line: Int, limits: TemplateLimits) throws(TemplateError) {
    self.expression = expression
    self.line = line
    depth = 1 + expression.children.reduce(0) { max($0, $1.depth) }
    guard depth <= limits.expressionDepth else {
      throw .limit("the nesting of the template's expressions", limits.expressionDepth)
    }
  }

  /// The text, when the node is a string literal.
  var literalText: String? {
    if case .literal(.text(let text)) = expression { text.string } else { nil }
  }
}

indirect enum TemplateExpression: Sendable {
  enum Arithmetic: Sendable { case add, subtract, multiply, divide, floorDivide, modulo }
  enum Comparison: Sendable { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, contains, excludes }
  struct Step: Sendable {
    var comparison: Comparison
    var right: TemplateNode
  }
  struct Entry: Sendable {
    var key: TemplateNode
    var value: TemplateNode
  }
  struct Named: Sendable {
    var name: String
    var value: TemplateNode
  }
  /// What `map` does to each element.
  enum Mapping: Sendable {
    case attribute(TemplateNode, default: TemplateNode?)
    case filter(TemplateFilter, [TemplateNode?])
  }
  /// What `select` and its kin ask of each element.
  struct Selection: Sendable {
    /// The attribute that is asked, or nil for the element itself.
    var attribute: TemplateNode?
    /// Nil asks for truth.
    var test: TemplateTest?
    var argument: TemplateNode?
    /// Whether the elements that answer yes are kept.
    var keeps: Bool
  }

  case literal(TemplateValue)
  case name(String)
  case sequence(TemplateSequence.Kind, [TemplateNode])
  case dictionary([Entry])
  case attribute(TemplateNode, String)
  case element(TemplateNode, TemplateNode)
  case slice(TemplateNode, from: TemplateNode?, to: TemplateNode?, step: TemplateNode?)
  /// True for `-`, false for `+`.
  case sign(Bool, TemplateNode)
  case arithmetic(Arithmetic, TemplateNode, TemplateNode)
  case concatenation([TemplateNode])
  case comparison(TemplateNode, [Step])
  case and(TemplateNode, TemplateNode)
  case or(TemplateNode, TemplateNode)
  case not(TemplateNode)
  case conditional(TemplateNode, if: TemplateNode, else: TemplateNode?)
  case filter(TemplateNode, TemplateFilter, [TemplateNode?])
  case map(TemplateNode, Mapping)
  case select(TemplateNode, Selection)
  case test(TemplateNode, TemplateTest, TemplateNode?)
  case method(TemplateNode, TemplateMethod, [TemplateNode])
  case call(String, [TemplateNode], [Named])

  var children: [TemplateNode] {
    switch self {
    case .literal, .name: []
    case .sequence(_, let items), .concatenation(let items): items
    case .dictionary(let entries): entries.flatMap { [$0.key, $0.value] }
    case .attribute(let value, _), .sign(_, let value), .not(let value): [value]
    case .element(let value, let key): [value, key]
    case .slice(let value, let from, let to, let step): [value] + [from, to, step].compactMap { $0 }
    case .arithmetic(_, let a, let b), .and(let a, let b), .or(let a, let b): [a, b]
    case .comparison(let left, let steps): [left] + steps.map(\.right)
    case .conditional(let then, let condition, let otherwise): [then, condition] + [otherwise].compactMap { $0 }
    case .filter(let value, _, let arguments): [value] + arguments.compactMap { $0 }
    case .map(let value, .attribute(let attribute, let fallback)): [value, attribute] + [fallback].compactMap { $0 }
    case .map(let value, .filter(_, let arguments)): [value] + arguments.compactMap { $0 }
    case .select(let value, let selection): [value] + [selection.attribute, selection.argument].compactMap { $0 }
    case .test(let value, _, let argument): [value] + [argument].compactMap { $0 }
    case .method(let value, _, let arguments): [value] + arguments
    case .call(_, let arguments, let named): arguments + named.map(\.value)
    }
  }
}
