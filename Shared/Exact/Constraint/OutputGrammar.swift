public import Codec
internal import Synchronization

/// What an answer must be, byte for byte: compiled once per request, immutable, shared by all its choices.
///
/// A schema is one of JSON Schema, draft 2020-12. **Supported**: `type` (one or a list), `enum`, `const`, `properties`,
/// `required`, `additionalProperties`, `items`, `prefixItems`, `minItems`, `maxItems`, `minLength`, `maxLength`, `pattern`
/// (regular languages), `format` (see `StringFormat`), `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`,
/// `multipleOf` (integers), `anyOf`, `oneOf` (where its schemas are plainly disjoint), `allOf`, `$ref` within the schema
/// (recursion included), `minProperties` and `maxProperties` where they hold anyway, `true` and `false`. Annotations are
/// ignored. **Everything else is an error that names the keyword and its place**; nothing is dropped silently.
///
/// Every answer satisfies the schema; not every value that does can be an answer. Answers are narrower in this: members
/// in the order of `properties`, others after them; numbers of at most 15 digits, bounded ones and integers without
/// exponent; strings of a `pattern` or `format`, of `enum` and names of members in their shortest spelling; white space as
/// `ProgramBuilder` says; at most 64 arrays and objects inside each other. Names that a schema leaves open may repeat.
public struct OutputGrammar: Sendable {
  private let core: Core

  /// One JSON object, with any members.
  public static var json: OutputGrammar {
    get throws(GrammarError) {
      var builder = ProgramBuilder()
      let root = try builder.anyObject()
      return try OutputGrammar(builder.finish(root: root), pointer: "")
    }
  }

  /// A value that satisfies `schema`.
  ///
  /// - Throws: `unsupported`, `invalid`, `unresolved`, `circular`, `unsatisfiable` or `limit`, with the place.
  public init(schema: JSON) throws(GrammarError) {
    var compiler = try SchemaCompiler(schema)
    let root = try compiler.root()
    try self.init(compiler.builder.finish(root: root), pointer: "")
  }

  init(_ program: ByteProgram, pointer: String) throws(GrammarError) {
    let core = Core(program)
    let cost = core.cost
    guard cost(program.rules[Int(program.root)].start, levels: GrammarLimits.answerDepth) < CompletionCost.infinite
    else { throw .unsatisfiable(pointer: pointer) }
    guard !program.callsItselfWithoutBytes(cost) else { throw .circular(pointer: pointer) }
    self.core = core
  }

  /// Bytes that an answer may hold.
  var usedBytes: ByteSet { core.usedBytes }

  /// The arena whose costs count on `bytes` only.
  func arena(for bytes: ByteSet) -> GrammarArena { core.arena(for: bytes) }

  private final class Core: Sendable {
    let program: ByteProgram
    let classes: ByteClasses
    let usedBytes: ByteSet
    let cost: CompletionCost
    private let arenas: Mutex<[ByteSet: GrammarArena]> = Mutex([:])

    init(_ program: ByteProgram) {
      self.program = program
      classes = ByteClasses(program)
      usedBytes = program.usedBytes
      cost = CompletionCost(program, bytes: .all)
    }

    func arena(for bytes: ByteSet) -> GrammarArena {
      arenas.withLock { arenas in
        if let known = arenas[bytes] {
          if !known.storage.withLock({ $0.isFull }) { return known }
          let fresh = GrammarArena(program, classes: classes, cost: known.cost)
          arenas[bytes] = fresh
          return fresh
        }
        // One model, one set; a second comes only where someone changes models within a request.
        if arenas.count > 2 { arenas.removeAll() }
        let made = GrammarArena(
          program, classes: classes, cost: bytes == .all ? cost : CompletionCost(program, bytes: bytes))
        arenas[bytes] = made
        return made
      }
    }
  }
}

extension ByteProgram {
  /// Whether a rule may call itself before it takes a byte, directly or through others: its stack would grow for ever.
  fileprivate func callsItselfWithoutBytes(_ cost: CompletionCost) -> Bool {
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: rules.count)
    // Depth-first without recursion: a schema may chain many rules.
    for root in rules.indices where marks[root] == .new {
      var path: [(rule: Int, callees: [Int])] = [(root, callees(of: root, cost))]
      marks[root] = .open
      while let (rule, callees) = path.last {
        guard let callee = callees.last else {
          marks[rule] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].callees.removeLast()
        if marks[callee] == .open { return true }
        if marks[callee] == .new {
          marks[callee] = .open
          path.append((callee, self.callees(of: callee, cost)))
        }
      }
    }
    return false
  }

  /// Rules that a rule may call before it takes a byte.
  private func callees(of rule: Int, _ cost: CompletionCost) -> [Int] {
    var found: Set<Int> = []
    var seen: Set<StateID> = [rules[rule].start]
    var open = [rules[rule].start]
    while let state = open.popLast() {
      var targets = states[Int(state)].empty
      for call in states[Int(state)].calls {
        found.insert(Int(call.rule))
        let isNullable = cost(rules[Int(call.rule)].start, levels: GrammarLimits.answerDepth) == 0
        if isNullable { targets.append(call.target) }
      }
      for target in targets where seen.insert(target).inserted { open.append(target) }
    }
    return Array(found)
  }
}
