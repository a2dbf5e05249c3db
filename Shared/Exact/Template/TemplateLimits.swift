/// What a template may cost. A template is a program from a model file, and its data come from clients: neither may
/// exhaust memory, stack or time.
struct TemplateLimits: Sendable {
  /// Bytes of the source.
  var sourceBytes = 1 << 18
  var tokens = 1 << 16
  /// Expressions inside each other.
  var expressionDepth = 64
  /// Statements inside each other.
  var statementDepth = 32
  /// Macro calls inside each other.
  var macroDepth = 16
  /// Evaluations inside each other, over all macros: it bounds the stack.
  var evaluationDepth = 256
  /// One for each evaluation and each element copied; texts are paid for by `TextWork`. A step is some 100 ns.
  var steps = 1 << 22
  /// Bytes of the output, and of any one text on the way.
  var textBytes = 1 << 25
  /// Elements of one sequence.
  var elements = 1 << 20
}

/// Bytes of text that one step pays for.
enum TextWork: Int, Sendable {
  case copy = 256
  case scan = 32
  /// Work on each character.
  case map = 2
}
