import Exact
import Receipts

/// What an execution statement says, held against its opened request and answer before anything is run.
struct StatedExecution: Sendable {
  let messages: [ChatMessage]
  let answer: [UInt32]
  let text: String
  private let request: ChatRequest

  /// Throws a `Finding` for what the executor states and its own commitments contradict.
  init(_ evidence: OpenedExecution) throws(Finding) {
    let execution = evidence.execution
    let body = evidence.data(.request)
    // The reader's own words may quote the request.
    guard let request = try? ChatRequest(body: body) else {
      throw Finding("the request is not one that can be executed")
    }
    guard request.messages.count == execution.messages.count else {
      throw Finding("the request has \(request.messages.count) messages, \(execution.messages.count) are committed to")
    }
    for (index, message) in request.messages.enumerated()
    where evidence.data(.message(index)) != Array(body[message.range]) {
      throw Finding("message \(index) is not the one in the request")
    }
    guard request.model.utf8.elementsEqual(execution.model.utf8),
      execution.model.utf8.elementsEqual(evidence.manifest.id.utf8)
    else { throw Finding("the request asks for another model than was executed") }
    guard let choices = try? TokenIDs.decode(evidence.data(.tokens)), choices.count == 1 else {
      throw Finding("the tokens are not those of one choice")
    }
    answer = choices[0]
    guard answer.count == execution.completionTokens else {
      throw Finding("the answer has \(answer.count) tokens, \(execution.completionTokens) are stated")
    }
    guard let content = try? AnswerContent(evidence.data(.content)), content.choices.count == 1,
      content.choices[0].index == 0
    else { throw Finding("the content is not that of one choice") }
    guard content.choices[0].finishReason == execution.finishReason else {
      throw Finding("the content ends for another reason than is stated")
    }
    text = content.choices[0].text
    messages = request.messages.map(ChatMessage.init)
    self.request = request
  }

  /// What the statement says, as something to execute again. Throws a `Finding` for what the prompt contradicts.
  func claim(_ evidence: OpenedExecution, on model: ChatModel) throws(Finding) -> Reexecution.Claim {
    let execution = evidence.execution
    let prompt: [UInt32]
    do { prompt = try model.render(messages) } catch { throw Finding("the messages cannot be rendered by this model") }
    guard prompt.count == execution.promptTokens else {
      throw Finding("the prompt has \(prompt.count) tokens, \(execution.promptTokens) are stated")
    }
    let room = evidence.manifest.contextLength - prompt.count
    guard room > 0 else { throw Finding("the prompt has \(prompt.count) tokens, which leaves no room in the context") }
    try checkParameters(execution.parameters, room: room)
    guard (try? execution.parameters.sampling.validate()) != nil else {
      throw Finding("the parameters are outside of what the sampler takes")
    }
    return Reexecution.Claim(
      prompt: prompt,
      decoding: DecodingParameters(
        sampling: execution.parameters.sampling, maxTokens: execution.parameters.maxTokens),
      choices: [.init(tokens: answer, text: text, end: GenerationEnd(execution.finishReason))],
      salt: evidence.openings[.activation]?.salt ?? [],
      head: execution.activation, list: ActivationChain.digests(of: evidence.data(.activation)) ?? [])
  }

  /// Names every parameter that is not what the request leads to.
  private func checkParameters(_ used: EffectiveParameters, room: Int) throws(Finding) {
    guard !used.follow(from: request.parameters, room: room) else { return }
    let due = EffectiveParameters(request.parameters, drawnSeed: used.seed, room: room)
    let names = [
      ("temperature", used.temperature != due.temperature), ("top_p", used.topP != due.topP),
      ("min_p", used.minP != due.minP), ("top_k", used.topK != due.topK),
      ("max_tokens", used.maxTokens != due.maxTokens),
      ("seed", used.seed != due.seed || used.seedDrawn != due.seedDrawn), ("ignored", used.ignored != due.ignored),
    ].filter(\.1).map(\.0)
    throw Finding("not the parameters that the request leads to: \(names.joined(separator: ", "))")
  }
}
