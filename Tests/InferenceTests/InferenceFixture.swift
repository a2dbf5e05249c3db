import Credit
import Cryptography
import Exact
import Foundation
import Logging
import RPC
import Receipts
import ServiceKit
import Synchronization
import TestKit
import Wire

@testable import InferenceService

/// The real model in a models folder, and requests for it.
enum InferenceFixture {
  static let modelID = "smollm2-135m-instruct-q4_1"

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  static func realModelPath() throws -> String { try GivenModel.smolLM2.path() }

  static func manifest(id: String = modelID, edit: (inout ModelManifest) -> Void = { _ in }) throws -> ModelManifest {
    let file = try GGUFFile.open(path: realModelPath())
    let template = try requireText(file.metadata["tokenizer.chat_template"]?.string)
    let node = LineageNode(id: "model", kind: .model, name: "SmolLM2", contributor: CreditID.unattributed)
    var manifest = ModelManifest(
      id: id, name: "SmolLM2 135M Instruct", architecture: "llama", fileName: "model.gguf", fileDigest: file.digest(),
      fileBytes: UInt64(file.byteCount), quantization: "Q4_1", template: SHA256.hash(Array(template.utf8)),
      profile: ExecutionPredicate.profileExact, contextLength: 2048, licence: "Apache-2.0",
      lineage: try Lineage(root: "model", nodes: [node]))
    edit(&manifest)
    return manifest
  }

  private static func requireText(_ text: String?) throws -> String {
    guard let text else { throw Missing(description: "the model has no chat template") }
    return text
  }

  /// Writes `<folder>/<name>/` with a signed manifest and a link to the weights.
  static func add(_ manifest: ModelManifest, name: String = "model", weights: String? = nil, to folder: TemporaryFolder)
    throws
  {
    let path = "\(folder.path)/\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let statement = try SignedStatement(
      signing: manifest.statement(issuer: "https://operator.example", issuedAt: 1_700_000_000),
      with: SigningKey.generate())
    try Data(statement.bytes).write(to: URL(fileURLWithPath: "\(path)/manifest.cose"))
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/model.gguf", withDestinationPath: weights ?? realModelPath())
  }

  static func service(
    _ folder: TemporaryFolder, serving: ServingLimits = ServingLimits(), contextTokensMax: Int? = nil
  ) async throws -> InferenceService {
    try await InferenceService(
      settings: InferenceSettings(
        models: folder.path, threads: 2, contextTokensMax: contextTokensMax, serving: serving),
      issuer: "https://inference.example", key: .generate())
  }

  /// One service with the real model for all tests that only ask it.
  static func shared() async throws -> InferenceService { try await sharedTask.value }

  private static let sharedTask = Task {
    let folder = try TemporaryFolder()
    try add(manifest(), to: folder)
    return try await service(folder)
  }

  static func call(deadline: ContinuousClock.Instant? = nil) -> CallContext {
    CallContext(
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, identity: CallIdentity(requestID: "test"),
      deadline: deadline)
  }

  static func id() throws -> String {
    ReceiptID(unixMs: 1_700_000_000_000, random: try SecureRandom.bytes(10)).description
  }

  static func request(_ body: String, messages: Int = 1) throws -> GenerateRequest {
    func salt() throws -> [UInt8] { try SecureRandom.bytes(32) }
    return GenerateRequest(
      receiptID: try id(), requestBody: Array(body.utf8),
      salts: Salts(
        request: try salt(), messages: try (0..<messages).map { _ in try salt() }, content: try salt(),
        tokens: try salt(), activation: try salt()),
      nonce: [1, 2, 3])
  }

  static func body(_ rest: String = #""max_tokens":12,"temperature":0"#, text: String = "Name three rivers.") -> String
  {
    #"{"model":"\#(modelID)","messages":[{"role":"user","content":"\#(text)"}],\#(rest)}"#
  }

  /// All deltas and the end of one generation.
  static func generate(
    _ service: InferenceService, _ request: GenerateRequest, onDelta: @Sendable (Int) -> Void = { _ in }
  ) async throws -> (deltas: [Delta], finished: Finished) {
    var deltas: [Delta] = []
    var finished: Finished?
    try await service.generate(request, call()) { event in
      switch event.event {
      case .delta(let delta):
        deltas.append(delta)
        onDelta(deltas.count)
      case .finished(let end): finished = end
      case nil: break
      }
    }
    guard let finished else { throw Missing(description: "the stream ended without its last event") }
    return (deltas, finished)
  }
}

extension Finished {
  /// Of an answer of one choice.
  var choice: AnswerContent.Choice {
    get throws {
      guard let first = try AnswerContent(content).choices.first else {
        throw InferenceFixture.Missing(description: "the content has no choice")
      }
      return first
    }
  }
}

/// A folder that is removed with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("inference-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
