/// What a grammar may cost. Every limit is checked before the work that it bounds.
enum GrammarLimits {
  /// Bytes of a schema as compact JSON.
  static let schemaBytes = 1 << 18
  /// Arrays and objects inside each other in a schema.
  static let schemaDepth = 64
  /// Schemas inside each other with references followed: bounds the stack of the compiler.
  static let schemaChain = 128
  /// Arrays and objects inside each other in an answer: what `JSONLimits` reads by default.
  static let answerDepth = 64
  /// States of the byte automaton of one grammar.
  static let states = 1 << 16
  /// Schemas, values and members read and merged while one grammar is compiled; bounds the products of `anyOf` and `allOf`.
  static let schemaVisits = 1 << 18
  static let enumValues = 4096
  static let alternatives = 256
  static let properties = 1024
  static let tools = 128
  static let patternBytes = 1024
  /// Largest `{n,m}` of a pattern.
  static let patternRepeat = 1000
  static let patternStates = 8192
  /// States after determinisation, lengths included: where a pattern would blow up, it is refused.
  static let patternDFAStates = 4096
  /// Steps of determinisation.
  static let patternWork = 1 << 22
  static let multipleOf = 1000
  /// Places where an answer may stand at once; more are dropped in a fixed order, which only narrows the answer.
  static let places = 512
  /// Sets of places that one arena remembers before a new one is begun.
  static let arenaNodes = 1 << 14
  /// Masks that one arena remembers.
  static let arenaMasks = 256
  /// Digits of an integer, and significant digits of a number: binary64 tells them all apart.
  static let digits = 15
  /// Spaces after a line feed between two tokens of JSON.
  static let indent = 32
}
