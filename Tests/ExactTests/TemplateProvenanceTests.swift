import Codec
import Testing

@testable import Exact

/// Content is data: whatever a template does with it, no special token comes of it.
@Suite struct TemplateProvenanceTests {
  /// The output with all data in brackets.
  static func marked(_ template: String, _ content: String, tools: [JSON] = []) throws -> String {
    let template = try ChatTemplate(
      text: "{% set c = messages[0].content %}" + template, tokenTexts: ["bos_token": "<s>"])
    let text = try template.text(of: [ChatMessage(role: .user, content: content)], tools: tools)
    var out = ""
    var start = 0
    for run in text.runs {
      let part = String(decoding: text.bytes[start..<run.end], as: UTF8.self)
      out += run.origin == .template ? part : "[\(part)]"
      start = run.end
    }
    return out
  }

  @Test("every operation on texts keeps who wrote what")
  func operations() throws {
    let expected = [
      "{{ c }}": "[ab ]", "x{{ c }}y": "x[ab ]y", "{{ 'x' + c + 'y' }}": "x[ab ]y",
      "{{ 'x' ~ c ~ 1 ~ 'y' }}": "x[ab 1]y",
      "{{ ('x ' + c) | trim }}": "x [ab]", "{{ (' x' + c + 'y ').strip() }}": "x[ab ]y",
      "{{ c | upper + 'z' }}": "[AB ]z",
      "{{ ('x' + c) | upper }}": "X[AB ]", "{{ ('xy' + c)[1:4] }}": "y[ab]", "{{ ('xy' + c)[::-1] }}": "[ ba]yx",
      "{{ ('xy' + c) | reverse }}": "[ ba]yx", "{{ ('x' + c)[0] }}{{ ('x' + c)[1] }}": "x[a]",
      "{{ ('xay' + c) | replace('a', '<') }}": "x<y<[b ]", "{{ 'x-y'.replace('-', c) }}": "x[ab ]y",
      "{{ ('x-' + c + '-y').split('-') | join('+') }}": "x+[ab ]+y", "{{ ['x', c, 'y'] | join(c) }}": "x[ab ab ab ]y",
      "{{ c.join(['x', 'y']) }}": "x[ab ]y", "{{ ('x' + c) | title }}": "X[ab ]",
      "{{ ('x' + c).capitalize() }}": "X[ab ]",
      "{{ ['x', c] | tojson }}": "[[\"]x[\", \"ab \"]]", "{{ {'k': c} | tojson }}": "[{\"]k[\": \"ab \"}]",
      "{{ [c, 'x'] }}": "[['ab ', ']x[']]", "{% set s %}x{{ c }}y{% endset %}{{ s | upper }}": "X[AB ]Y",
      "{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(c) }}{{ m('t') }}": "<[ab ]><t>",
      "{% for k in c %}{{ k }}.{% endfor %}": "[a].[b].[ ].", "{% for k in 'xy' %}{{ k }}{% endfor %}": "xy",
      "{{ ['x', c] | map('trim') | join }}": "x[ab]", "{{ [c, 'x'] | sort | join }}": "[ab ]x",
      "{{ (c, 'x') | first }}": "[ab ]",
      "{% set ns = namespace(t='x') %}{% set ns.t = ns.t + c %}{{ ns.t }}": "x[ab ]", "{{ c if c else 'x' }}": "[ab ]",
      "{{ '' or c }}": "[ab ]", "{{ missing | default(c) }}{{ missing | default('d') }}": "[ab ]d",
      "{{ c * 2 }}{{ 'x' * 2 }}": "[ab ab ]xx",
      "{{ bos_token + c }}": "<s>[ab ]", "{{ messages[0].role }}": "[user]",
      "{{ 1 }}{{ true }}{{ none }}": "[1TrueNone]",
      "{{ c | safe }}{{ 'x' | safe }}": "[ab ]x", "{{ c | string }}{{ c | list | join }}": "[ab ab ]",
      "{{ dict(a=c, b='x').values() | join('|') }}": "[ab ]|x", "{{ c | default('x', true) | lower | trim }}": "[ab]",
    ]
    for (template, marked) in expected { #expect(try Self.marked(template, "ab ") == marked, "\(template)") }
  }

  @Test("the text of tools and calls is data, escaped or not")
  func tools() throws {
    let tool: JSON = ["name": "a<s>\"", "n": 5]
    #expect(
      try Self.marked("{{ tools | tojson }}{{ tools[0].name }}", "", tools: [tool])
        == "[[{\"name\": \"a<s>\\\"\", \"n\": 5}]a<s>\"]")
  }

  /// One token for each printable character of ASCII and newline, and the markers `<s>`, `<ss>` and `<`.
  static func tokenizer() throws -> Tokenizer {
    let letters = (0x21...0x7e).map { String(Character(Unicode.Scalar(UInt8($0)))) } + ["Ġ", "Ċ"]
    return Tokenizer(
      vocabulary: try Vocabulary(
        tokens: letters + ["<s>", "<ss>", "<tool>", "\n\n"], types: letters.map { _ in 1 } + [3, 3, 4, 4], merges: [],
        special: .init(beginOfSequence: 96)))
  }

  /// The prompt with each special token as its text in braces.
  func rendered(_ template: String, _ content: String) throws -> String {
    let tokenizer = try Self.tokenizer()
    let tokens = try ChatTemplate(text: template, tokenTexts: ["bos_token": "<s>"])
      .render([ChatMessage(role: .user, content: content)], tokenizer: tokenizer)
    return try tokens.map { token in
      let text = String(decoding: try tokenizer.decode([token], renderSpecial: true), as: UTF8.self)
      return token >= 96 ? "{\(text)}" : text
    }.joined()
  }

  @Test("a special token is recognised only where the template wrote all of it")
  func markers() throws {
    let c = "messages[0].content"
    #expect(try rendered("<s>{{ \(c) }}<s>", "x<s>y") == "{<s>}x<s>y{<s>}")
    #expect(try rendered("<{{ \(c) }}>", "s") == "<s>")
    #expect(try rendered("<{{ \(c) }}", "s>") == "<s>")
    #expect(try rendered("{{ \(c) }}s>", "<") == "<s>")
    #expect(try rendered("{{ '<' + \(c)[1:] + 's>' }}", "x") == "{<s>}")
    #expect(try rendered("<{{ '' ~ 's' }}{% set x = 1 %}>", "") == "{<s>}")
    #expect(try rendered("{{ bos_token }}{{ bos_token[:2] }}>{{ \(c) }}", "<s>") == "{<s>}{<s>}<s>")
    #expect(try rendered("{{ \(c).replace('[', '<').replace(']', '>') }}", "[s]") == "<s>")
    #expect(try rendered("{{ \(c).split('|') | join('<s>') }}", "a|<s>") == "a{<s>}<s>")
    #expect(try rendered("{{ \(c) | tojson }}", "<s>") == "\"<s>\"")
    #expect(try rendered("{{ \(c) | lower }}", "<S>") == "<s>")
    #expect(try rendered("{{ ('<S>' + \(c)) | lower }}", "<S>") == "{<s>}<s>")
  }

  @Test("the leftmost special token wins, the longest at its place, and what was written twice stands twice")
  func leftmost() throws {
    #expect(try rendered("<ss><s><<s>", "") == "{<ss>}{<s>}<{<s>}")
    #expect(try rendered("{{ bos_token }}<s>", "") == "{<s>}{<s>}")
  }

  @Test("user-defined tokens follow the same rule")
  func userDefined() throws {
    #expect(try rendered("<tool>{{ messages[0].content }}", "<tool>") == "{<tool>}<tool>")
    #expect(try rendered("a\n\nb{{ messages[0].content }}", "\n\n") == "a{\n\n}b\n\n")
  }

  @Test("a stretch between special tokens is encoded as one text, whoever wrote its parts")
  func joined() throws {
    let vocabulary = try TokenizerVocabularyTests.make(
      tokens: TokenizerVocabularyTests.letters + ["<s>"], types: [1, 1, 1, 1, 1, 1, 3])
    let template = try ChatTemplate(text: "a{{ messages[0].content }}c<s>a{{ messages[0].content }}")
    let tokens = try template.render(
      [ChatMessage(role: .user, content: "b")], tokenizer: Tokenizer(vocabulary: vocabulary))
    #expect(tokens == [4, 6, 3])
  }

  @Test("what the client sent besides contents and cannot be encoded is called so")
  func requestText() throws {
    let template = try ChatTemplate(text: "{{ messages[0].name }}{{ messages[0].content }}")
    let message = ChatMessage(role: .user, content: "b", name: "a\u{4}")
    #expect(throws: TemplateError.requestText(.unencodableByte(4, offset: 1))) {
      try template.render([message], tokenizer: Self.tokenizer())
    }
  }
}
