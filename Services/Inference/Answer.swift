internal import Codec
internal import Cryptography
internal import Evidence
internal import Exact
internal import Receipts
internal import Wire

/// What the engine made of one request.
struct Answer: Sendable {
  /// In order of index. Each has ended.
  var choices: [ChoiceDecoder]
  var startedUnixMs: UInt64
  var endedUnixMs: UInt64

  var tokens: Int { choices.reduce(0) { $0 + $1.tokens.count } }
  /// As the statement has it.
  var finishReason: FinishReason { .ofAll(choices.map { FinishReason($0.end ?? .cancelled) }) }
}

/// Who signs executions.
struct ExecutionSigner: Sendable {
  let issuer: String
  let key: SigningKey
  let build: String

  /// The last event of an answer: everything that was committed to, and the statement that commits.
  /// - Parameter evidence: of the key, for an epoch that the answer begins in.
  func finish(_ answer: Answer, to request: PreparedRequest, _ evidence: KeyEvidence.Named? = nil) throws -> Finished {
    if let epoch = evidence?.epoch, !epoch.contains(answer.startedUnixMs) {
      throw EvidenceFailure.refused("the clock left the evidence's epoch between a request and its answer")
    }
    let content = try AnswerContent(
      choices: answer.choices.enumerated().map { index, choice in
        AnswerContent.Choice(
          index: index, text: choice.text, toolCalls: request.calls(choice.toolCalls, choice: index),
          finishReason: FinishReason(choice.end ?? .cancelled))
      }
    ).encoded()
    let tokens = TokenIDs.encode(answer.choices.map(\.tokens))
    let chain = ActivationChain(joining: answer.choices)
    let (body, salts) = (request.body, request.salts)
    let predicate = ExecutionPredicate(
      receiptID: request.id, nonce: request.nonce.isEmpty ? nil : Base64URL.encode(request.nonce),
      request: Commitment.make(.commitmentRequest, salt: salts.request, data: body),
      messages: zip(salts.messages, request.request.messages).map {
        Commitment.make(.commitmentMessage, salt: $0, data: Array(body[$1.range]))
      },
      content: Commitment.make(.commitmentContent, salt: salts.content, data: content),
      tokens: Commitment.make(.commitmentTokens, salt: salts.tokens, data: tokens),
      model: request.model.manifest.id, manifest: request.model.manifestDigest,
      profile: ExecutionPredicate.profileExact, build: build, parameters: request.parameters,
      promptTokens: request.prompt.count, completionTokens: answer.tokens, finishReason: answer.finishReason,
      startedUnixMs: answer.startedUnixMs, endedUnixMs: answer.endedUnixMs, activation: chain.head,
      evidence: evidence?.digest,
      retrieved: request.retrieved.map { Commitment.make(.commitmentRetrieved, salt: salts.retrieved, data: $0) })
    let statement = Statement(
      kind: .execution, issuer: issuer, subject: request.id.description, subjectDigest: predicate.content,
      issuedAt: Int64(answer.endedUnixMs / 1000), predicate: predicate.json)
    return Finished(
      executionStatement: try SignedStatement(signing: statement, with: key).bytes, content: content, tokenIDs: tokens,
      activationList: chain.list, finishReason: answer.finishReason.rawValue,
      promptTokens: UInt32(request.prompt.count), completionTokens: UInt32(answer.tokens),
      manifestDigest: request.model.manifestDigest.bytes)
  }
}

extension PreparedRequest {
  /// Calls of one choice with the ids that they have in this answer.
  func calls(_ calls: [DecodedToolCall], choice: Int) -> [AnswerContent.ToolCall] {
    calls.enumerated().map { index, call in
      AnswerContent.ToolCall(
        id: AnswerContent.ToolCall.id(of: id, choice: choice, index: index), name: call.name,
        arguments: call.arguments)
    }
  }
}
