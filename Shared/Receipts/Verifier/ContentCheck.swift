internal import Codec
internal import Cryptography

extension BundleVerifier {
  /// What the openings open is what the statements commit to, and the answer in it is the one that was delivered.
  func contentCheck(_ evidence: Evidence) -> Check {
    guard !evidence.bundle.openings.isEmpty else {
      return Check(.content, .notChecked, "the bundle opens nothing: only its owner's does")
    }
    let check = run(.content) {
      if let failure = evidence.openingFailure { throw failure }
      for (field, opening) in evidence.openings { try open(field, opening, evidence) }
      try compareOwnRequest(evidence)
      try checkRequest(evidence)
      try checkAnswer(evidence)
      try checkDelivery(evidence)
      let isMine = ownRequest != nil && evidence.openings[.request] != nil
      return "\(evidence.openings.count) commitments open" + (isMine ? ", my request is what was asked" : "")
        + (ownResponse == nil ? "" : ", my copy is what was sent")
    }
    let closed = fields(of: evidence).filter { evidence.openings[$0] == nil }
    guard check.state == .pass, !closed.isEmpty else { return check }
    return Check(.content, .notChecked, "\(check.detail); closed: \(closed.map(\.description).joined(separator: ", "))")
  }

  /// What must be open to say that the content is what was committed. The activation list is for re-execution, scores,
  /// spans and nearest records are for attribution.
  private func fields(of evidence: Evidence) -> [CommittedField] {
    var answer: [CommittedField] = [.request]
    if let execution = evidence.execution?.predicate {
      answer += execution.messages.indices.map { .message($0) } + [.content, .tokens]
      if execution.retrieved != nil { answer.append(.retrieved) }
    }
    switch evidence.receiptPredicate.delivery {
    case .body: return answer + [.wire]
    case .stream: return answer + [.stream]
    case nil: return answer
    }
  }

  private func open(_ field: CommittedField, _ opening: Opening, _ evidence: Evidence) throws {
    let committed: Digest32?
    switch field {
    case .activation:
      guard let execution = evidence.execution?.predicate else {
        throw Refusal("activation: opened without an execution")
      }
      let list = opening.data
      guard list.count == 32 * execution.completionTokens else {
        throw Refusal("activation: is no list of one digest for each of \(execution.completionTokens) tokens")
      }
      let head = list.isEmpty ? SHA256.hash(DomainTag.activation.prefix + opening.salt).bytes : Array(list.suffix(32))
      guard head == execution.activation.bytes else {
        throw Refusal("activation: the list does not end in the chain's head")
      }
      return
    case .stream:
      guard case .stream(let count, let head) = evidence.receiptPredicate.delivery else {
        throw Refusal("stream: opened, but nothing was streamed")
      }
      var chain = StreamChain(salt: opening.salt, id: evidence.receiptPredicate.receiptID)
      for chunk in try StreamChain.decode(opening.data) { chain.append(chunk) }
      guard chain.head == head, chain.chunks == count else {
        throw Refusal("stream: the chunks are not the signed chain")
      }
      return
    case .wire:
      guard case .body(let wire) = evidence.receiptPredicate.delivery else {
        throw Refusal("wire: opened, but no body was sent")
      }
      committed = wire
    case .request: committed = evidence.receiptPredicate.request
    case .scores: committed = evidence.credited?.predicate.scores?.commitment
    case .spans: committed = evidence.credited?.predicate.spans?.commitment
    case .nearest: committed = evidence.credited?.predicate.nearest?.commitment
    case .message, .content, .tokens, .retrieved: committed = evidence.execution?.predicate.commitment(to: field)
    }
    guard try opening.commitment(for: field) == committed else {
      throw Refusal("\(field): opens to another commitment")
    }
  }

  /// The messages are slices of the request, and the parameters used are those that it leads to.
  private func checkRequest(_ evidence: Evidence) throws {
    guard let body = evidence.openings[.request]?.data, let execution = evidence.execution?.predicate else { return }
    let (request, isWhole) = try evidence.asked(body, of: execution)
    guard request.messages.count == execution.messages.count else {
      throw Refusal("request: has another number of messages")
    }
    for (index, message) in request.messages.enumerated() {
      guard let opening = evidence.openings[.message(index)] else { continue }
      guard opening.data == Array(body[message.range]) else { throw Refusal("message \(index): is not the request's") }
    }
    guard request.model.hasSameBytes(as: execution.model) else { throw Refusal("request: asked for \(request.model)") }
    guard isWhole else { return }
    let used = execution.parameters
    let room = (evidence.model?.predicate.contextLength).map { $0 - execution.promptTokens }
    guard used.follow(from: request.parameters, room: room ?? used.maxTokens) else {
      throw Refusal("parameters: those used are not those that the request leads to")
    }
  }

  private func checkAnswer(_ evidence: Evidence) throws {
    guard let execution = evidence.execution?.predicate else { return }
    let (count, limit) = (execution.parameters.n, execution.parameters.maxTokens)
    if let tokens = evidence.openings[.tokens] {
      let choices = try TokenIDs.decode(tokens.data).map(\.count)
      guard choices.count == count, choices.reduce(0, +) == execution.completionTokens else {
        throw Refusal(
          "tokens: are not the \(execution.completionTokens) of \(count == 1 ? "one choice" : "\(count) choices") "
            + "that are stated")
      }
      guard choices.allSatisfy({ $0 <= limit }) else {
        throw Refusal("tokens: a choice has more than the \(limit) that were allowed")
      }
    }
    guard execution.completionTokens <= count * limit else {
      throw Refusal("tokens: there are more than the \(limit) that were allowed")
    }
    guard let choices = try committedChoices(evidence) else { return }
    guard FinishReason.ofAll(choices.map(\.finishReason)) == execution.finishReason else {
      throw Refusal("content: ended for another reason than stated")
    }
  }

  /// The choices of the opened content, as many as were asked for; nil when it is closed.
  func committedChoices(_ evidence: Evidence) throws -> [AnswerContent.Choice]? {
    guard let opening = evidence.openings[.content] else { return nil }
    let choices = try AnswerContent(opening.data).choices
    let count = evidence.execution?.predicate.parameters.n ?? choices.count
    guard choices.map(\.index) == Array(0..<count) else {
      throw Refusal("content: has not exactly the \(count == 1 ? "one choice" : "\(count) choices") asked for")
    }
    for choice in choices {
      for (at, call) in choice.toolCalls.enumerated() {
        let id = AnswerContent.ToolCall.id(of: evidence.receiptPredicate.receiptID, choice: choice.index, index: at)
        guard call.id.hasSameBytes(as: id) else { throw Refusal("content: a call has another id than this receipt's") }
      }
    }
    return choices
  }
}
