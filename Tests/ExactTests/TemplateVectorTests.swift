import Codec
import Testing

@testable import Exact

/// Against Jinja 3.1 itself.
@Suite struct TemplateVectorTests {
  let vectors: TemplateVectors

  init() throws {
    vectors = try TemplateVectors.load()
  }

  @Test("every family's template renders every conversation as Jinja does")
  func conversations() throws {
    let cases = try vectors.cases()
    #expect(cases.count == 82)
    for entry in cases {
      let found: TemplateVectors.Outcome
      do {
        found = .output(
          try entry.template.text(of: entry.conversation.messages, tools: entry.conversation.tools).string)
      } catch TemplateError.refused(let words) {
        found = .refused(words)
      }
      #expect(found == entry.outcome, "\(entry.name)")
    }
  }

  /// What Jinja gives a meaning that nobody wants; here it is an error and never another text.
  static let stricter: Set<String> = [
    // A member of a number, a slice of none (Jinja computes it ahead, otherwise it raises), a name beyond ASCII.
    "{{ 1.5.real }}", "{{ none[1:] }}", "{{ map.é }}",
  ]

  @Test("every construct gives what Jinja gives, and an error where Jinja has one")
  func snippets() throws {
    let snippets = try vectors.snippets()
    let context = try vectors.context()
    #expect(snippets.count == 359)
    for snippet in snippets {
      let found: TemplateVectors.Outcome
      do {
        let program = try TemplateParser.program(of: snippet.template)
        found = .output(try TemplateEvaluator.output(of: program, context).string)
      } catch TemplateError.refused(let words) {
        found = .refused(words)
      } catch {
        found = .error
        if snippet.outcome != .error, !Self.stricter.contains(snippet.template) {
          Issue.record("\(snippet.template.debugDescription): \(error)")
        }
        continue
      }
      #expect(found == snippet.outcome, "\(snippet.template.debugDescription)")
    }
  }

  @Test("SmolLM2's own template is the one that the vectors have")
  func smolLM2() throws {
    let text = try TokenizerTests.metadata.get()["tokenizer.chat_template"]?.string
    #expect(try text == vectors.text("smollm2"))
  }

  @Test("a template accepts tools if it reads them")
  func acceptsTools() throws {
    for member in vectors.json["templates"]?.objectValue ?? [] {
      #expect(try vectors.template(member.name).acceptsTools == (member.value["tools"]?.boolValue), "\(member.name)")
    }
  }
}
