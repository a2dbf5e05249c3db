import Credit
import Cryptography
import Evidence
import Exact
import Foundation
import Receipts
import TestKit

/// The real model, and executions of it as an executor would state and open them.
enum EvidenceFixture {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  static func modelPath() throws -> String { try GivenModel.smolLM2.path() }

  static func model() throws -> ChatModel { try loaded.get() }

  private static let loaded = Result {
    try ChatModel.load(path: modelPath(), kernel: .automatic, threads: 2)
  }

  static func manifest(_ identity: ModelIdentity) throws -> ModelManifest {
    let node = LineageNode(id: "model", kind: .model, name: "SmolLM2", contributor: CreditID.unattributed)
    return ModelManifest(
      id: "smollm2", name: "SmolLM2 135M Instruct", architecture: "llama", fileName: "model.gguf",
      fileDigest: identity.fileDigest, fileBytes: identity.fileBytes, quantization: "Q4_1",
      template: identity.templateDigest, profile: ExecutionPredicate.profileExact,
      contextLength: identity.contextLength, licence: "Apache-2.0", lineage: try Lineage(root: "model", nodes: [node]))
  }
}

/// What one executor states and opens, to be changed as a dishonest one would.
struct Executed {
  var execution: ExecutionPredicate
  var manifest: ModelManifest
  var openings: [CommittedField: Opening]
  var tokens: [UInt32]

  private static let made = Result { try Executed() }

  /// With the parameters that are given where none are: run once.
  static func honest() throws -> Executed { try made.get() }

  /// Runs a request of one message on the real model.
  init(
    _ parameters: String = #""max_tokens":8,"temperature":0.8,"seed":5"#, retrieved: [RetrievedDocument]? = nil
  ) throws {
    let model = try EvidenceFixture.model()
    let body = Array(
      #"{"model":"smollm2","messages":[{"role":"user","content":"Name three rivers."}],\#(parameters)}"#.utf8)
    let documents = try retrieved.map { try RetrievedDocument.encode($0) }
    let request = try ChatRequest(body: body, retrieved: documents)
    let prompt = try model.render(request.shownMessages.map(ChatMessage.init))
    let manifest = try EvidenceFixture.manifest(model.identity)
    let used = EffectiveParameters(
      request.parameters, drawnSeed: 1, room: manifest.contextLength - prompt.count)
    let salt = [UInt8](repeating: 7, count: Opening.saltBytes)
    let generator = try Generator(
      model, pool: ThreadPool(threads: 2), prompt: prompt, sampling: used.sampling, maxTokens: used.maxTokens,
      salt: salt)
    while try generator.next() != nil {}
    let reason = FinishReason(generator.end ?? .cancelled)
    let text = try model.text(of: generator.tokens)
    var data: [CommittedField: [UInt8]] = [
      .request: body, .message(0): Array(body[request.messages[0].range]),
      .content: try AnswerContent(choices: [.init(index: 0, text: text, finishReason: reason)]).encoded(),
      .tokens: TokenIDs.encode([generator.tokens]), .activation: generator.chain.list,
    ]
    data[.retrieved] = documents
    let openings = try data.mapValues { try Opening(salt: salt, data: $0) }
    func commitment(_ field: CommittedField) throws -> Digest32 {
      guard let opening = openings[field] else { throw EvidenceFixture.Missing(description: "\(field)") }
      return try opening.commitment(for: field)
    }
    execution = ExecutionPredicate(
      receiptID: ReceiptID(unixMs: 1_700_000_000_000, random: [UInt8](repeating: 3, count: 10)), nonce: nil,
      request: try commitment(.request), messages: [try commitment(.message(0))], content: try commitment(.content),
      tokens: try commitment(.tokens), model: manifest.id, manifest: try manifest.digest(),
      profile: ExecutionPredicate.profileExact, build: "test", parameters: used, promptTokens: prompt.count,
      completionTokens: generator.tokens.count, finishReason: reason, startedUnixMs: 1, endedUnixMs: 2,
      activation: generator.chain.head, retrieved: try openings[.retrieved]?.commitment(for: .retrieved))
    self.manifest = manifest
    self.openings = openings
    tokens = generator.tokens
  }

  /// Replaces what is committed to, and its commitment with it.
  mutating func replace(_ field: CommittedField, _ data: [UInt8]) throws {
    let opening = try Opening(salt: [UInt8](repeating: 7, count: Opening.saltBytes), data: data)
    openings[field] = opening
    switch field {
    case .retrieved: execution.retrieved = try opening.commitment(for: field)
    case .content: execution.content = try opening.commitment(for: field)
    case .tokens: execution.tokens = try opening.commitment(for: field)
    case .request: execution.request = try opening.commitment(for: field)
    case .message(let index): execution.messages[index] = try opening.commitment(for: field)
    default: throw EvidenceFixture.Missing(description: "\(field) is not replaced by any test")
    }
  }

  func opened() throws -> OpenedExecution {
    try OpenedExecution(execution: execution, manifest: manifest, openings: openings)
  }

  func judge(on model: ChatModel? = nil, isCancelled: () -> Bool = { false }) throws -> Judgement {
    try opened().judge(pool: ThreadPool(threads: 1), isCancelled: isCancelled) {
      try model ?? EvidenceFixture.model()
    }
  }
}
