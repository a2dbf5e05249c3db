import Codec
import Testing

@testable import Exact

/// What is refused when a template is read, and how it is called.
@Suite struct TemplateRefusalTests {
  static func refusal(_ template: String) -> TemplateError? {
    do {
      _ = try TemplateParser.program(of: template)
      return nil
    } catch {
      return error
    }
  }

  @Test("whatever is outside the subset is refused by its name and line, even where it is never reached")
  func unsupported() {
    let names: [String: String] = [
      "{{ x | nope }}": "the filter 'nope'", "{{ x | first.name }}": "the filter 'first.name'",
      "{{ x is nope }}": "the test 'nope'", "{{ x.nope() }}": "the method 'nope'",
      "{{ x.append(1) }}": "the method 'append'",
      "{{ 'x'.format(1) }}": "the method 'format'", "{{ nope() }}": "the function 'nope'",
      "{{ loop.cycle(1, 2) }}": "the method 'cycle'",
      "{% include 'x' %}": "the statement 'include'", "{% extends 'x' %}": "the statement 'extends'",
      "{% raw %}{% endraw %}": "the statement 'raw'",
      "{% call x() %}{% endcall %}": "the statement 'call'",
      "{% filter upper %}{% endfilter %}": "the statement 'filter'",
      "{% with a = 1 %}{% endwith %}": "the statement 'with'", "{% do x %}": "the statement 'do'",
      "{% block b %}{% endblock %}": "the statement 'block'",
      "{% generation %}{% endgeneration %}": "the statement 'generation'",
      "{% import 'x' as y %}": "the statement 'import'",
      "{% for i in x recursive %}{% endfor %}": "a recursive loop",
      "{% set x | upper %}{% endset %}": "a filter on a 'set' block",
      "{{ 2 ** 3 }}": "the operator '**'", "{{ x[1, 2] }}": "a subscript with a comma",
      "{{ f(*x) }}": "unpacked arguments", "{{ f(**x) }}": "unpacked arguments",
      "{{ x.__class__ }}": "the attribute '__class__'", "{{ x._y }}": "the attribute '_y'",
      "{{ x()() }}": "a call of something that is no function by name",
      "{{ x['y']() }}": "a call of something that is no function by name",
      "{{ (x|first)() }}": "a call of something that is no function by name",
      "{{ x.split(sep=',') }}": "named arguments of the method 'split'",
      "{{ x | tojson(2) }}": "1 arguments by position of the filter 'tojson'",
      "{{ x | tojson(sort_keys=true) }}": "the argument 'sort_keys' of the filter 'tojson'",
      "{{ x | trim('a', 'b') }}": "2 arguments by position of the filter 'trim'",
      "{{ x | map }}": "the filter 'map' without the name of a filter or attribute",
      "{{ x | map(y) }}": "'map' with a computed filter",
      "{{ x | map('nope') }}": "the filter 'nope'", "{{ x | map('select') }}": "the filter 'select' within 'map'",
      "{{ x | selectattr('a', y) }}": "'selectattr' with a computed test",
      "{{ x | selectattr('a', 'nope') }}": "the test 'nope'",
      "{{ x | select(a=1) }}": "named arguments of the filter 'select'",
      "{{ range() }}": "these arguments of the function 'range'",
      "{{ namespace({}) }}": "these arguments of the function 'namespace'",
      "{{ dict([]) }}": "these arguments of the function 'dict'",
      "{{ raise_exception() }}": "these arguments of the function 'raise_exception'",
      "{{ cycler }}": "the variable 'cycler'", "{{ lipsum() }}": "the function 'lipsum'",
      "{% macro m() %}{{ varargs }}{% endmacro %}": "the variable 'varargs'", "{{ caller() }}": "the function 'caller'",
      "{{ 0x10 }}": "the number beginning 0", "{{ 1_000 }}": "the number beginning 1",
      "{{ 99999999999999999999 }}": "the number 99999999999999999999, which 64 bits do not hold",
      "{{ '\\N{BULLET}' }}": "the escape \\N", "{{ '\\101' }}": "an octal escape",
      "{{ x is eq(a=1) }}": "named arguments of the test 'eq'",
    ]
    for (template, name) in names {
      #expect(Self.refusal("{% if false %}\n" + template + "{% endif %}") == .unsupported(name, line: 2), "\(template)")
    }
    #expect(
      TemplateError.unsupported("the filter 'nope'", line: 3).description
        == "the model's chat template uses the filter 'nope' (line 3), which is not supported")
  }

  @Test("a template that is no Jinja is refused with its line")
  func syntax() {
    let broken = [
      "{{", "{{ 1", "{% if x %}", "{% for x in y %}", "{% endif %}", "{% else %}", "{% if %}{% endif %}", "{{ }}",
      "{% %}", "{{ 1 + }}", "{{ (1 }}", "{{ [1 }}", "{{ {1} }}",
      "{{ 'a }}", "{{ 'a\\", "{# x", "{{ a b }}", "{{ 1 | }}", "{{ x is }}", "{{ x. }}", "{{ x[] }}",
      "{{ x[1:2:3:4] }}", "{{ x[1 2] }}", "{{ ! }}", "{{ a ? b }}", "{{ ) }}", "{{ (] }}",
      "{% set %}", "{% set 1 = 2 %}", "{% set true = 2 %}", "{% set loop = 2 %}", "{% set x %}",
      "{% for loop in x %}{% endfor %}", "{% for in x %}{% endfor %}", "{% for x of y %}{% endfor %}",
      "{% macro %}{% endmacro %}", "{% macro m %}{% endmacro %}", "{% macro m(a, a) %}{% endmacro %}",
      "{% macro m(a=1, b) %}{% endmacro %}", "{% macro m(1) %}{% endmacro %}", "{% break %}", "{% continue %}",
      "{% for x in y %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
      "{% for x in y %}{% set z %}{% break %}{% endset %}{% endfor %}", "{% if x %}{% endfor %}",
      "{% if a if b else c %}{% endif %}",
      "{{ f(a=1, 2) }}", "{{ f(a=1, a=2) }}", "{{ x.upper(1) }}", "{{ x.startswith() }}", "{{ x | replace('a') }}",
      "{{ x is eq }}", "{{ x is defined 1 }}", "{{ x is defined is none }}", "{{ x | selectattr }}",
      "{{ x | select('eq') }}", "{{ x | select('odd', 1) }}", "{{ '\\xZZ' }}", "{{ '\\ud800' }}", "{{ '\\u12' }}",
      "{% if x -}}{% endif %}", "{{ x %}", "{% if x }}", "{{ not }}", "{{ x not y }}", "{{ a if }}", "{{ 'a\\u+041' }}",
    ]
    for template in broken {
      switch Self.refusal("\n" + template) {
      case .syntax(let line, _): #expect(line == 2, "\(template)")
      case let other: Issue.record("\(template): \(String(describing: other))")
      }
    }
  }

  @Test("a template that reads a clock is refused, unless it asks whether there is one")
  func clock() throws {
    for template in [
      "{{ strftime_now('%d') }}", "{% if strftime_now is undefined %}{{ strftime_now('%d') }}{% endif %}",
      "{% if strftime_now is defined or x %}{{ strftime_now('%d') }}{% endif %}",
      "{% if strftime_now is defined %}{% else %}{{ strftime_now('%d') }}{% endif %}",
      "{% if x is defined %}{{ strftime_now('%d') }}{% endif %}{% if strftime_now is defined %}{% endif %}{{ strftime_now() }}",
      "{{ 'x' if strftime_now is defined else strftime_now('%d') }}",
      "{% macro m() %}{{ strftime_now('%d') }}{% endmacro %}",
      "{{ strftime_now is defined or strftime_now('%d') }}",
    ] {
      #expect(Self.refusal(template) == .readsClock(line: 1), "\(template)")
    }
    for template in [
      "{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}none{% endif %}",
      "{% if x is defined %}{% elif not strftime_now is defined %}none{% else %}{{ strftime_now('%d') }}{% endif %}",
      "{{ strftime_now('%d') if strftime_now is defined else 'none' }}",
      "{% if strftime_now is defined and x %}{{ strftime_now('%d') }}{% else %}none{% endif %}",
      "{{ (strftime_now is defined and strftime_now('%d')) or 'none' }}",
      "{{ 'none' if strftime_now is undefined or not strftime_now('%d') }}",
    ] {
      #expect(
        try TemplateEvaluator.output(of: TemplateParser.program(of: template), [:]).string == "none", "\(template)")
    }
  }

  @Test("a conversation that the template refuses is an error with the template's words")
  func refused() throws {
    let template = try ChatTemplate(text: "{{ raise_exception('no ' ~ messages[0].role) }}")
    #expect(throws: TemplateError.refused("no user")) {
      try template.text(of: [ChatMessage(role: .user, content: "")], tools: [])
    }
    #expect("\(TemplateError.refused("no user"))" == "the model's chat template refuses this conversation: no user")
  }

  @Test("tools for a template that never reads them, bad arguments and numbers beyond 64 bits are refused")
  func requests() throws {
    let user = ChatMessage(role: .user, content: "")
    let plain = try ChatTemplate(text: "x")
    #expect(throws: TemplateError.toolsNotSupported) { try plain.text(of: [user], tools: [["name": "f"]]) }
    let reads = try ChatTemplate(text: "{{ tools | tojson }}")
    for literal in ["18446744073709551616", "1e400"] {
      #expect(throws: TemplateError.badNumber(literal)) { try reads.text(of: [user], tools: [.number(literal)]) }
    }
    for arguments in ["[1]", "1", "{", "\"x\"", "{\"a\":1,\"a\":2}"] {
      let call = ToolCall(id: "1", name: "f", argumentsJSON: arguments)
      let message = ChatMessage(role: .assistant, content: "", toolCalls: [call, call])
      do {
        _ = try plain.text(of: [user, message], tools: [])
        Issue.record("\(arguments) was accepted")
      } catch {
        guard case .badArguments(message: 1, call: 0, _) = error else {
          Issue.record("\(arguments): \(error)")
          continue
        }
      }
    }
    let empty = ChatMessage(role: .assistant, content: "", toolCalls: [ToolCall(id: "", name: "f", argumentsJSON: "")])
    let calls = try ChatTemplate(text: "{{ messages[0].tool_calls[0].function.arguments | tojson }}")
    #expect(try calls.text(of: [empty], tools: []).string == "{}")
  }

  @Test("a safe string can be written and added to, and nothing else")
  func safe() throws {
    for template in [
      "{{ 'a' | safe | upper }}", "{{ ('a' | safe).strip() }}", "{{ ('a' | safe)[0] }}",
      "{{ ['a' | safe] }}",
    ] {
      let program = try TemplateParser.program(of: template)
      #expect(throws: TemplateError.self, "\(template)") { try TemplateEvaluator.output(of: program, [:]) }
    }
  }
}
