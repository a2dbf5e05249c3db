import Exact
import Receipts

/// What an execution statement says, held against its opened request and answer before anything is run.
struct StatedExecution: Sendable {
  let messages: [ChatMessage]
  /// Tokens of each choice.
  let answer: [[UInt32]]
  let choices: [AnswerContent.Choice]
  let request: ChatRequest

  /// Throws a `Finding` for what the executor states and its own commitments contradict.
  init(_ evidence: OpenedExecution) throws(Finding) {
    let execution = evidence.execution
    let body = evidence.data(.request)
    // The reader's own words may quote the request.
    guard let request = try? ChatRequest(body: body, retrieved: evidence.openings[.retrieved]?.data) else {
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
    let count = execution.parameters.n
    let asked = count == 1 ? "one choice" : "\(count) choices"
    guard let answer = try? TokenIDs.decode(evidence.data(.tokens)), answer.count == count else {
      throw Finding("the tokens are not those of \(asked)")
    }
    let tokens = answer.reduce(0) { $0 + $1.count }
    guard tokens == execution.completionTokens else {
      throw Finding("the answer has \(tokens) tokens, \(execution.completionTokens) are stated")
    }
    guard let choices = try? AnswerContent(evidence.data(.content)).choices,
      choices.map(\.index) == Array(0..<count)
    else { throw Finding("the content is not that of \(asked)") }
    guard FinishReason.ofAll(choices.map(\.finishReason)) == execution.finishReason else {
      throw Finding("the content ends for another reason than is stated")
    }
    for choice in choices {
      for (index, call) in choice.toolCalls.enumerated() {
        let due = AnswerContent.ToolCall.id(of: execution.receiptID, choice: choice.index, index: index)
        guard call.id.utf8.elementsEqual(due.utf8) else {
          throw Finding("the id of call \(index) of choice \(choice.index) is not the one that the receipt leads to")
        }
      }
    }
    self.answer = answer
    self.choices = choices
    messages = request.shownMessages.map(ChatMessage.init)
    self.request = request
  }

  /// What the statement says, as something to execute again. Throws a `Finding` for what the prompt contradicts.
  func claim(_ evidence: OpenedExecution, on model: ChatModel) throws(Finding) -> Reexecution.Claim {
    let execution = evidence.execution
    let prompt: [UInt32]
    do {
      prompt = try model.render(messages, tools: request.parameters.tools.map(\.json))
    } catch { throw Finding("the messages cannot be rendered by this model") }
    guard prompt.count == execution.promptTokens else {
      throw Finding("the prompt has \(prompt.count) tokens, \(execution.promptTokens) are stated")
    }
    let room = evidence.manifest.contextLength - prompt.count
    guard room > 0 else { throw Finding("the prompt has \(prompt.count) tokens, which leaves no room in the context") }
    try checkParameters(execution.parameters, room: room)
    // The engine's own words may quote the request.
    guard var decoding = try? DecodingParameters(execution.parameters, for: request, on: model),
      (try? decoding.validate(vocabulary: model.model.shape.vocabulary)) != nil
    else { throw Finding("the parameters are outside of what the sampler takes") }
    // They are no part of what is stated of an answer.
    decoding.topLogprobs = nil
    return Reexecution.Claim(
      prompt: prompt, decoding: decoding,
      choices: zip(answer, choices).map { tokens, choice in
        Reexecution.Claim.Choice(
          tokens: tokens, text: choice.text,
          toolCalls: choice.toolCalls.map { DecodedToolCall(name: $0.name, arguments: $0.arguments) },
          end: GenerationEnd(choice.finishReason))
      },
      salt: evidence.openings[.activation]?.salt ?? [], head: execution.activation,
      list: ActivationChain.digests(of: evidence.data(.activation)) ?? [])
  }

  /// Names every parameter that is not what the request leads to.
  private func checkParameters(_ used: EffectiveParameters, room: Int) throws(Finding) {
    guard !used.follow(from: request.parameters, room: room) else { return }
    let due = EffectiveParameters(request.parameters, drawnSeed: used.seed, room: room)
    let names = used.names(differingFrom: due).joined(separator: ", ")
    throw Finding("not the parameters that the request leads to: \(names)")
  }
}
