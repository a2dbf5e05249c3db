internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts
internal import Wire

extension AttributionService {
  /// Which words of an answer stand in the texts that are registered now, or were at a size of the log; empty where no log is
  /// followed. What is asked is kept nowhere.
  func findSpans(_ input: FindSpansRequest) async throws -> FindSpansResponse {
    guard let spans else {
      throw RPCError(.failedPrecondition, "policy \(signer.policy.id) looks for no spans: it has no span/1")
    }
    let texts = try Self.texts(input.texts)
    guard let feed else { return FindSpansResponse() }
    let registered =
      input.logSize == 0 ? try await feed.registeredSpans() : try await feed.registeredSpans(at: input.logSize, spans)
    do { return FindSpansResponse(spans: try registered.data(of: texts)) } catch {
      throw RPCError(.invalidArgument, "\(error)")
    }
  }

  /// Of an answer's choices.
  static func texts(_ choices: [[UInt8]]) throws(RPCError) -> [String] {
    guard (1...AnswerContent.choicesMax).contains(choices.count) else {
      throw RPCError(.invalidArgument, "texts must be 1 to \(AnswerContent.choicesMax), one for each choice")
    }
    var texts: [String] = []
    for bytes in choices {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw RPCError(.invalidArgument, "the text of choice \(texts.count) is not UTF-8")
      }
      texts.append(text)
    }
    return texts
  }

  /// The spans that came with a request, with the texts that they are of; nil where none did.
  static func spans(_ input: AttributeRequest) throws -> (spans: AnswerSpans, content: Opening)? {
    guard !input.spans.isEmpty || !input.nearest.isEmpty || input.content.isEmpty else {
      throw RPCError(.invalidArgument, "content comes only beside spans or nearest")
    }
    guard !input.spans.isEmpty else { return nil }
    do {
      let content = try Opening(blob: input.content)
      return (try AnswerSpans(opened: Opening(blob: input.spans), content: content), content)
    } catch { throw RPCError(.invalidArgument, "\(error)") }
  }

  /// Spans are signed only of the content that was executed, and only where this service finds the same itself.
  func require(_ found: (spans: AnswerSpans, content: Opening), of execution: ExecutedRequest) async throws {
    guard let spans else {
      throw RPCError(.invalidArgument, "spans: policy \(signer.policy.id) has no span/1")
    }
    guard let feed else {
      throw RPCError(
        .failedPrecondition,
        "the spans name a registry, and no log is followed: set --\(AttributionSettings.storageURL)")
    }
    guard try found.content.commitment(for: .content) == execution.content else {
      throw RPCError(.invalidArgument, "content opens another commitment than the execution's")
    }
    let snapshot = found.spans.registry
    let registered = try await feed.registeredSpans(at: snapshot, spans)
    guard registered.registry == snapshot else {
      throw RPCError(
        .failedPrecondition,
        "spans: they were looked for in other texts: put back the collections of then, "
          + "--\(AttributionSettings.collections)")
    }
    let texts = try AnswerContent(found.content.data).choices.map(\.text)
    guard try registered.lines(texts) == found.spans.lines else {
      throw RPCError(.invalidArgument, "spans: the texts registered in \(snapshot.size) entries have others")
    }
  }
}
