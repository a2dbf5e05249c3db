import Cryptography
import Receipts
import Wire

@testable import InferenceService

/// One execution with its openings, which a dishonest executor changes before it signs.
struct Execution {
  var key: SigningKey
  var predicate: ExecutionPredicate
  var openings: [CommittedField: Opening]
  var modelStatement: [UInt8]
  var receiptDigest: [UInt8] = []
  /// The original statement; nil once something was changed.
  private var signed: [UInt8]?

  /// Runs a request on `service`, with random salts unless they are given.
  init(
    _ body: String = VerificationFixture.body(), retrieved: [RetrievedDocument]? = nil,
    on service: InferenceService? = nil, cancelAfter: Int? = nil,
    salt: () throws -> [UInt8] = { try SecureRandom.bytes(32) }
  ) async throws {
    let inference = if let service { service } else { try await VerificationFixture.suite().inference }
    let chat = try ChatRequest(asked: Array(body.utf8))
    let documents = try retrieved.map { try RetrievedDocument.encode($0) } ?? []
    let salts = Salts(
      request: try salt(), messages: try chat.messages.map { _ in try salt() }, content: try salt(), tokens: try salt(),
      activation: try salt(), retrieved: retrieved == nil ? [] : try salt())
    let id = ReceiptID(unixMs: 1_700_000_000_000, random: try SecureRandom.bytes(10)).description
    var finished = Finished()
    var deltas = 0
    let request = GenerateRequest(
      receiptID: id, requestBody: Array(body.utf8), salts: salts, retrieved: documents)
    try await inference.generate(request, VerificationFixture.call()) { event in
      if case .finished(let end) = event.event { finished = end }
      deltas += 1
      if deltas == cancelAfter { _ = inference.running.cancel(id) }
    }
    let bytes = Array(body.utf8)
    openings = [
      .request: try Opening(salt: salts.request, data: bytes),
      .content: try Opening(salt: salts.content, data: finished.content),
      .tokens: try Opening(salt: salts.tokens, data: finished.tokenIDs),
      .activation: try Opening(salt: salts.activation, data: finished.activationList),
    ]
    if retrieved != nil { openings[.retrieved] = try Opening(salt: salts.retrieved, data: documents) }
    for (index, message) in chat.messages.enumerated() {
      openings[.message(index)] = try Opening(salt: salts.messages[index], data: Array(bytes[message.range]))
    }
    signed = finished.executionStatement
    predicate = try ExecutionPredicate(SignedStatement(finished.executionStatement).statement.predicate)
    modelStatement = inference.models.models[0].statement.bytes
    key = inference.signer.key
  }

  var tokens: [UInt32] {
    get throws { try TokenIDs.decode(openings[.tokens]?.data ?? [])[0] }
  }

  /// Signs again with something else said, as the executor's own key allows.
  mutating func forge(_ edit: (inout ExecutionPredicate) throws -> Void) throws {
    try edit(&predicate)
    signed = nil
  }

  /// Replaces what is committed to, and the commitment with it.
  mutating func replace(_ field: CommittedField, _ data: [UInt8]) throws {
    let opening = try Opening(salt: openings[field]?.salt ?? [], data: data)
    openings[field] = opening
    let digest = try opening.commitment(for: field)
    try forge { predicate in
      switch field {
      case .request: predicate.request = digest
      case .message(let index): predicate.messages[index] = digest
      case .content: predicate.content = digest
      case .retrieved: predicate.retrieved = digest
      case .tokens: predicate.tokens = digest
      case .activation, .wire, .stream, .scores, .spans, .nearest: break
      }
    }
  }

  /// Replaces tokens, and text and count with them.
  mutating func replace(tokens: [UInt32], text: String) throws {
    try replace(.tokens, TokenIDs.encode([tokens]))
    let reason = predicate.finishReason
    try replace(.content, AnswerContent(choices: [.init(index: 0, text: text, finishReason: reason)]).encoded())
    try forge { $0.completionTokens = tokens.count }
  }

  var statement: SignedStatement {
    get throws {
      if let signed { return try SignedStatement(signed) }
      return try SignedStatement(
        signing: Statement(
          kind: .execution, issuer: "https://inference.example", subject: predicate.receiptID.description,
          subjectDigest: predicate.content, issuedAt: 1_700_000_000, predicate: predicate.json), with: key)
    }
  }

  var request: ReexecuteRequest {
    get throws {
      ReexecuteRequest(
        executionStatement: try statement.bytes, modelStatement: modelStatement,
        openings: openings.map { WireOpening(field: $0.key.description, blob: $0.value.blob) }
          .sorted { $0.field < $1.field }, receiptDigest: receiptDigest)
    }
  }
}
