import Codec
import Testing

@testable import Exact

/// A template is a program from a file, its data come from clients: every limit is reached and named.
@Suite struct TemplateLimitTests {
  static func failure(
    _ template: String, _ globals: [String: TemplateValue] = [:], limits: TemplateLimits = TemplateLimits()
  ) -> TemplateError? {
    do {
      _ = try TemplateEvaluator.output(
        of: TemplateParser.program(of: template, limits: limits), globals, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  /// The same rules with less to spend, where the real limits would only take longer to reach.
  static let small = TemplateLimits(steps: 1 << 17, textBytes: 1 << 20, elements: 1 << 16)

  static func grown(_ template: String) -> TemplateError? { failure(template, limits: small) }

  static func nest(_ open: String, _ inner: String, _ close: String, _ count: Int) -> String {
    String(repeating: open, count: count) + inner + String(repeating: close, count: count)
  }

  @Test("a source of too many bytes or tokens is refused")
  func source() {
    #expect(Self.failure(String(repeating: "a", count: 1 << 18)) == nil)
    #expect(
      Self.failure(String(repeating: "a", count: (1 << 18) + 1))
        == .limit("the number of the template's bytes", 1 << 18))
    #expect(
      Self.failure(String(repeating: "{{1}}", count: 22000)) == .limit("the number of the template's tokens", 1 << 16))
  }

  @Test("constructs inside each other are refused beyond their depth, and no stack overflows")
  func nesting() {
    let expressions = TemplateError.limit("the nesting of the template's expressions", 64)
    for (open, close) in [
      ("(", ")"), ("[", "]"), ("not ", ""), ("- ", ""), ("{'a': ", "}"), ("x[", "]"), ("f(", ")"), ("1 if 1 else ", ""),
    ] {
      #expect(Self.failure("{{ \(Self.nest(open, "1", close, 20000 / open.utf8.count)) }}") == expressions, "\(open)")
    }
    for chain in [" + 1", " | trim", ".a", "[0]", " and 1", " or 1", " * 2", " - 1", " if 1 else 2 if 1"] {
      #expect(Self.failure("{{ 1\(String(repeating: chain, count: 5000)) }}") == expressions, "\(chain)")
    }
    #expect(Self.failure("{{ 'a'\(String(repeating: " ~ 'a'", count: 5000)) }}") == nil)
    #expect(Self.failure("{% set \(Self.nest("(", "a", ")", 5000)) = 1 %}") == expressions)
    let statements = TemplateError.limit("the nesting of the template's statements", 32)
    #expect(Self.failure(Self.nest("{% if 1 %}", "", "{% endif %}", 5000)) == statements)
    #expect(Self.failure(Self.nest("{% for i in [1] %}", "", "{% endfor %}", 5000)) == statements)
    #expect(Self.failure(Self.nest("{% macro m() %}", "", "{% endmacro %}", 5000)) == statements)
    #expect(Self.failure("{% if 0 %}" + String(repeating: "{% elif 0 %}", count: 5000) + "{% endif %}") == nil)
  }

  @Test("macros that call each other without end are stopped")
  func macros() {
    #expect(
      Self.failure("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")
        == .limit("the nesting of the chat template's macro calls", 16))
    let deep = Self.nest("(1,)[0] + (", "m()", ")", 20)
    #expect(
      Self.failure("{% macro m() %}{{ \(deep) }}{% endmacro %}{{ m() }}")
        == .limit("the nesting of the chat template's evaluation", 256))
  }

  @Test("work without end is stopped")
  func work() {
    let work = TemplateError.limit("the work of the chat template", 1 << 17)
    let loop = "{% for i in range(30000) %}"
    #expect(Self.failure("\(loop)\(loop){% endfor %}{% endfor %}", limits: Self.small) == work)
    #expect(
      Self.failure("\(loop){% for j in range(9999) if j < 0 %}{% endfor %}{% endfor %}", limits: Self.small) == work)
    let text = TemplateValue.data(String(repeating: "ab", count: 1 << 15))
    for use in [
      "c | upper", "c | trim", "c.split('b')", "c | replace('a', 'b')", "c ~ 'x'", "c[::-1]", "c == c ~ 'x'",
      "c | length ~ c", "c[5]", "'z' in c", "c | list", "c | tojson", "[c] == [c ~ 'a']",
    ] {
      #expect(
        Self.failure("\(loop){% set x = \(use) %}{% endfor %}", ["c": text], limits: Self.small) == work, "\(use)")
    }
    let list = TemplateValue.sequence(TemplateSequence(.list, Array(repeating: .integer(1), count: 1 << 12)))
    for use in [
      "c + c", "c | sort", "c | unique | list", "c | map('string')", "c | select('odd')", "c == c", "2 in c", "c[1:]",
      "c | reverse", "c | join",
    ] {
      #expect(
        Self.failure("\(loop){% set x = \(use) %}{% endfor %}", ["c": list], limits: Self.small) == work, "\(use)")
    }
  }

  @Test("texts and sequences that grow without end are stopped before they are made")
  func growth() {
    let text = TemplateError.limit("the bytes of a text of the chat template", 1 << 20)
    #expect(Self.grown("{{ 'ab' * 99999999999 }}") == text)
    #expect(Self.grown("{{ 'ab' * 9223372036854775807 }}") == text)
    #expect(
      Self.grown(
        "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")
        == text)
    #expect(Self.grown("{% set x = 'a' * 9999 %}{{ x.replace('a', x) }}") == text)
    #expect(Self.grown("{% set x = 'a' * 9999 %}{{ x.replace('', x) }}") == text)
    #expect(Self.grown("{% set x = 'a' * 9999 %}{{ x.join(x) }}") == text)
    #expect(Self.grown("{% set x = 'a' * 9999 %}{{ x | join(x) }}") == text)
    #expect(Self.grown("{% set x = 'a' * 99999 %}{% for i in range(99) %}{{ x }}{% endfor %}") == text)
    let elements = TemplateError.limit("the elements of a sequence of the chat template", 1 << 16)
    #expect(Self.grown("{{ [1] * 99999999999 }}") == elements)
    #expect(Self.grown("{{ [1, 2] * 9223372036854775807 }}") == elements)
    #expect(Self.grown("{{ ('ab' * 99999) | list }}") == elements)
    #expect(Self.grown("{{ ('aa' * 99999).split('a') }}") == elements)
    #expect(Self.grown("{{ range(9223372036854775807) }}") == .limit("the elements of 'range'", 100_000))
    let nesting = TemplateError.limit("the nesting of a value of the chat template", 96)
    #expect(
      Self.grown("{% set ns = namespace(x=1) %}{% for i in range(999) %}{% set ns.x = [ns.x] %}{% endfor %}")
        == nesting)
    #expect(
      Self.grown("{% set ns = namespace(x=1) %}{% for i in range(999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}")
        == nesting)
    #expect(
      Self.grown("{% set ns = namespace(x=1) %}{% for i in range(999) %}{% set ns.x = dict(a=ns.x) %}{% endfor %}")
        == nesting)
    let wide = "{% set ns = namespace(x=[0] * 1000) %}{% for i in range(4) %}{% set ns.x = [ns.x] * 100 %}{% endfor %}"
    #expect(Self.grown(wide + "{{ ns.x }}") == text)
    #expect(Self.grown(wide + "{{ ns.x | tojson(indent=16) }}") == text)
    #expect(Self.grown(wide + "{{ ns.x == ns.x }}") == .limit("the work of the chat template", 1 << 17))
  }

  @Test("numbers that 64 bits do not hold are errors, and so is what has no meaning")
  func numbers() {
    for template in [
      "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 9223372036854775807 * 2 }}",
      "{{ -(-9223372036854775807 - 1) }}",
      "{{ (-9223372036854775807 - 1) // -1 }}", "{{ 9223372036854775807 / 2 }}", "{{ 1e300 | int }}",
      "{{ '99999999999999999999' | int }}", "{{ '1_0' | int }}", "{{ '１' | int }}",
      "{{ namespace() }}", "{{ [namespace()] }}", "{{ {'a': namespace()} }}", "{{ namespace(a=namespace()) }}",
      "{% set n = namespace() %}{% set n.n = n %}", "{{ {1: 2} }}", "{{ {} | tojson(indent=17) }}",
      "{{ {} | tojson(indent=-1) }}", "{% macro m() %}{% endmacro %}{{ m }}",
      "{% for i in [1] %}{{ loop }}{% endfor %}", "{{ [1] | select }}", "{{ {}.items }}", "{{ {}.items() }}",
      "{{ range }}", "{{ m() }}{% macro m() %}{% endmacro %}",
      "{{ [[1]] | unique | list }}", "{{ [{'a': 1}] | sort(attribute='a,b') }}", "{{ [1] | join(',', attribute=1.5) }}",
    ] {
      guard case .evaluation(line: 1, _) = Self.failure(template) else {
        Issue.record("\(template): \(String(describing: Self.failure(template)))")
        continue
      }
    }
    #expect(Self.failure("{{ (-9223372036854775807 - 1) % -1 }}") == nil)
  }

  @Test("the limits are those that a model's template has")
  func defaults() {
    let limits = TemplateLimits()
    #expect(limits.steps == 1 << 22 && limits.textBytes == 1 << 25 && limits.elements == 1 << 20)
    #expect(Self.failure("{{ 'ab' * 99999999 }}") == .limit("the bytes of a text of the chat template", 1 << 25))
    #expect(
      Self.failure("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")
        == .limit("the work of the chat template", 1 << 22))
  }

  @Test("an error of evaluation names its line")
  func line() {
    #expect(Self.failure("a\n{% if true %}\n{{ x.y }}\n{% endif %}") == .evaluation(line: 3, "'x' is undefined"))
  }
}
