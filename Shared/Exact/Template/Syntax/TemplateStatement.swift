/// A statement of the template language.
indirect enum TemplateStatement: Sendable {
  case text(TemplateText)
  case output(TemplateNode)
  case condition([TemplateBranch], otherwise: [TemplateStatement])
  case loop(TemplateLoop)
  case assignment(TemplateTarget, TemplateNode)
  /// `{% set x %}...{% endset %}`
  case capture(TemplateTarget, [TemplateStatement], line: Int)
  /// The place of the macro in the program.
  case macro(Int)
  case leaveLoop
  case nextTurn
}

/// A condition of an `if` or `elif` with what it guards.
struct TemplateBranch: Sendable {
  var condition: TemplateNode
  var body: [TemplateStatement]
}

struct TemplateLoop: Sendable {
  var target: TemplateTarget
  var source: TemplateNode
  /// Elements that fail it are passed over.
  var filter: TemplateNode?
  var body: [TemplateStatement]
  /// Runs when the body never ran to its end.
  var otherwise: [TemplateStatement]
}

/// What is assigned to.
indirect enum TemplateTarget: Sendable {
  case name(String)
  case tuple([TemplateTarget])
  /// An attribute of a namespace.
  case attribute(String, String, line: Int)
}

struct TemplateMacro: Sendable {
  struct Parameter: Sendable {
    var name: String
    var fallback: TemplateNode?
  }
  var name: String
  var parameters: [Parameter]
  var body: [TemplateStatement]
}

/// A template that was read and checked.
struct TemplateProgram: Sendable {
  var body: [TemplateStatement] = []
  var macros: [TemplateMacro] = []
  /// Every variable that is read somewhere.
  var readNames: Set<String> = []
}
