internal import Codec
internal import Cryptography
internal import Evidence
internal import Exact
internal import Receipts
internal import Wire

/// What the engine made of one request.
struct Answer: Sendable {
  var tokens: [UInt32]
  var text: String
  var end: GenerationEnd
  var chain: ActivationChain
  var startedUnixMs: UInt64
  var endedUnixMs: UInt64
}

/// Who signs executions.
struct ExecutionSigner: Sendable {
  let issuer: String
  let key: SigningKey
  let build: String

  /// The last event of an answer: everything that was committed to, and the statement that commits.
  func finish(_ answer: Answer, to request: PreparedRequest) throws -> Finished {
    let reason = FinishReason(answer.end)
    let content = try AnswerContent(choices: [.init(index: 0, text: answer.text, finishReason: reason)]).encoded()
    let tokens = TokenIDs.encode([answer.tokens])
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
      promptTokens: request.prompt.count, completionTokens: answer.tokens.count, finishReason: reason,
      startedUnixMs: answer.startedUnixMs, endedUnixMs: answer.endedUnixMs, activation: answer.chain.head)
    let statement = Statement(
      kind: .execution, issuer: issuer, subject: request.id.description, subjectDigest: predicate.content,
      issuedAt: Int64(answer.endedUnixMs / 1000), predicate: predicate.json)
    return Finished(
      executionStatement: try SignedStatement(signing: statement, with: key).bytes, content: content, tokenIDs: tokens,
      activationList: answer.chain.list, text: answer.text, finishReason: reason.rawValue,
      promptTokens: UInt32(request.prompt.count), completionTokens: UInt32(answer.tokens.count),
      manifestDigest: request.model.manifestDigest.bytes)
  }
}
