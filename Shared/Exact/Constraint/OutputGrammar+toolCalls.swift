public import Codec

/// How a model writes the call of a tool: `prefix`, an object with the name and the arguments, `suffix`.
public struct ToolCallForm: Sendable {
  /// Text before the object, such as `<tool_call>\n`; not empty where an answer may be without a call.
  public var prefix: String
  /// Text after it, such as `\n</tool_call>`.
  public var suffix: String
  /// Text between two calls.
  public var separator: String
  /// Member that holds the name.
  public var nameKey: String
  /// Member that holds the arguments.
  public var argumentsKey: String

  public init(
    prefix: String, suffix: String, separator: String = "\n", nameKey: String = "name",
    argumentsKey: String = "arguments"
  ) {
    self.prefix = prefix
    self.suffix = suffix
    self.separator = separator
    self.nameKey = nameKey
    self.argumentsKey = argumentsKey
  }
}

extension OutputGrammar {
  /// Calls of tools in text form, with arguments that satisfy the schema of the tool that is named.
  ///
  /// - Parameters:
  ///   - tools: names, and schemas of arguments. Give one tool to force it.
  ///   - isOptional: whether any text may come first, and alone. Where `prefix` appears in it, a call begins.
  ///   - isParallel: whether further calls may follow the first.
  /// - Throws: as `init(schema:)`; pointers begin with `/tools/N/parameters`.
  public static func toolCalls(
    _ tools: [(name: String, parameters: JSON)], form: ToolCallForm, isOptional: Bool = false, isParallel: Bool = false
  ) throws(GrammarError) -> OutputGrammar {
    guard 1...GrammarLimits.tools ~= tools.count else {
      throw .limit(name: "the number of tools", limit: GrammarLimits.tools, got: tools.count, pointer: "/tools")
    }
    if isOptional, form.prefix.isEmpty {
      throw .invalid(keyword: "prefix", pointer: "/tools", expected: "a text where a call is optional")
    }
    var builder = ProgramBuilder()
    var calls: [ByteProgram.RuleID] = []
    for (index, tool) in tools.enumerated() {
      let pointer = "/tools/\(index)/parameters"
      var compiler = try SchemaCompiler(tool.parameters, base: pointer, builder: builder)
      let arguments = try compiler.root()
      builder = compiler.builder
      // A tool that nobody could call would only be missing silently.
      _ = try OutputGrammar(builder.finish(root: arguments), pointer: pointer)
      calls.append(try call(tool.name, arguments, form, &builder))
    }
    let root = try builder.declare()
    let start = builder.start(of: root)
    let end = try builder.state(like: start)
    let begin = isOptional ? try builder.text(before: Array(form.prefix.utf8), start, end) : start
    let object = isOptional ? begin : try builder.literal(form.prefix, begin)
    let after = try builder.state(like: start)
    for call in calls { builder.call(call, object, after) }
    let done = try builder.literal(form.suffix, after)
    builder.empty(done, end)
    if isParallel { builder.empty(try builder.literal(form.separator + form.prefix, done), object) }
    builder.end(end)
    return try OutputGrammar(builder.finish(root: root), pointer: "/tools")
  }

  /// The form with a literal prefix and suffix, and members `name` and `arguments`; exactly one call.
  public static func toolCalls(
    _ tools: [(name: String, parameters: JSON)], prefix: String, suffix: String
  ) throws(GrammarError) -> OutputGrammar {
    try toolCalls(tools, form: ToolCallForm(prefix: prefix, suffix: suffix))
  }

  private static func call(
    _ name: String, _ arguments: ByteProgram.RuleID, _ form: ToolCallForm, _ builder: inout ProgramBuilder
  ) throws(GrammarError) -> ByteProgram.RuleID {
    let nameRule = try builder.declare()
    builder.end(try builder.literal(JSON.string(name).serialized(), builder.start(of: nameRule)))
    let rule = try builder.declare(container: true)
    let shape = ObjectShape(properties: [
      .init(name: form.nameKey, value: nameRule, isRequired: true),
      .init(name: form.argumentsKey, value: arguments, isRequired: true),
    ])
    builder.end(try builder.object(shape, builder.start(of: rule)))
    return rule
  }
}

extension ProgramBuilder {
  /// Text that ends where it contains `word` for the first time, or at any earlier place in `end`.
  ///
  /// Knuth, Morris and Pratt's automaton (SIAM J. Comput. 6, 1977) over the bytes that UTF-8 uses.
  /// - Returns: the state after `word`.
  fileprivate mutating func text(
    before word: [UInt8], _ from: StateID, _ end: StateID
  ) throws(GrammarError) -> StateID {
    var states = [from]
    for _ in word { states.append(try state(like: from)) }
    // `fallback`: where the automaton would be without the first byte of what it has matched.
    var fallback = 0
    var next = [[Int]](repeating: [Int](repeating: 0, count: 256), count: word.count)
    for matched in word.indices {
      if matched > 0 { next[matched] = next[fallback] }
      next[matched][Int(word[matched])] = matched + 1
      if matched > 0 { fallback = next[fallback][Int(word[matched])] }
    }
    for matched in word.indices {
      empty(states[matched], end)
      // RFC 3629: C0, C1 and F5 to FF are in no UTF-8.
      for block in [0x00...0xbf, 0xc2...0xf4] {
        for byte in block {
          edge(states[matched], ByteRange(low: UInt8(byte), high: UInt8(byte)), states[next[matched][byte]])
        }
      }
    }
    return states[word.count]
  }
}
