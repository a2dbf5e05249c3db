internal import Exact
internal import Receipts
internal import Synchronization
internal import Wire

/// Makes of the steps of all choices what goes over the wire: a delta when there is something to tell.
final class ChoiceDeltas: Sendable {
  private let request: PreparedRequest
  /// Per choice the tokens since its last delta.
  private let held: Mutex<[UInt32]>

  init(_ request: PreparedRequest) {
    self.request = request
    held = Mutex(Array(repeating: 0, count: request.choices.count))
  }

  func delta(_ step: ChoiceDecoder.Step, choice: Int) -> Delta? {
    held.withLock { $0[choice] += 1 }
    let calls = request.calls(step.toolCalls, choice: choice).map {
      WireToolCall(id: $0.id, name: $0.name, arguments: $0.arguments)
    }
    return delta(step.text, step.logprobs.map { [wire($0)] } ?? [], calls, choice)
  }

  /// The text that was held back of a choice that was cancelled.
  func rest(_ text: String, choice: Int) -> Delta? { delta(text, [], [], choice) }

  private func delta(
    _ text: String, _ logprobs: [WireLogprobs], _ calls: [WireToolCall], _ choice: Int
  ) -> Delta? {
    guard !text.isEmpty || !logprobs.isEmpty || !calls.isEmpty else { return nil }
    let tokens = held.withLock { held in
      defer { held[choice] = 0 }
      return held[choice]
    }
    return Delta(choice: UInt32(choice), text: text, tokens: tokens, logprobs: logprobs, toolCalls: calls)
  }

  private func wire(_ logprobs: TokenLogprobs) -> WireLogprobs {
    let tokenizer = request.model.model.tokenizer
    func entry(_ entry: TokenLogprobs.Entry) -> WireLogprob {
      WireLogprob(token: tokenizer.bytes(of: entry.token), logprob: entry.logprob)
    }
    return WireLogprobs(chosen: entry(logprobs.chosen), top: logprobs.top.map(entry))
  }
}
