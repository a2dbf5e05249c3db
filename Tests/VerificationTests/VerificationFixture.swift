import Credit
import Cryptography
import Exact
import Foundation
import Logging
import RPC
import Receipts
import ServiceKit
import TestKit
import Wire

@testable import InferenceService
@testable import VerificationService

/// A models folder, an inference service that answers from it, and verification services that do it again.
enum VerificationFixture {
  static let modelID = "smollm2-135m-instruct-q4_1"

  static func realModelPath() throws -> String { try GivenModel.smolLM2.path() }

  /// The manifest of a file of SmolLM2.
  static func manifest(_ path: String) throws -> ModelManifest {
    let file = try GGUFFile.open(path: path)
    let template = file.metadata["tokenizer.chat_template"]?.string ?? ""
    let node = LineageNode(id: "model", kind: .model, name: "SmolLM2", contributor: CreditID.unattributed)
    return ModelManifest(
      id: modelID, name: "SmolLM2 135M Instruct", architecture: "llama", fileName: "model.gguf",
      fileDigest: file.digest(), fileBytes: UInt64(file.byteCount), quantization: "Q4_1",
      template: SHA256.hash(Array(template.utf8)), profile: ExecutionPredicate.profileExact, contextLength: 2048,
      licence: "Apache-2.0", lineage: try Lineage(root: "model", nodes: [node]))
  }

  static func folder(weights: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/model"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let statement = try SignedStatement(
      signing: manifest(weights).statement(issuer: "https://operator.example", issuedAt: 1_700_000_000),
      with: SigningKey.generate())
    try Data(statement.bytes).write(to: URL(fileURLWithPath: "\(path)/manifest.cose"))
    try FileManager.default.createSymbolicLink(atPath: "\(path)/model.gguf", withDestinationPath: weights)
    return folder
  }

  /// The forms of the kernels one step below the widest: other code than what inference runs here.
  static var otherKernel: KernelChoice { KernelChoice.available.dropLast().last ?? .scalar }

  /// The real model's folder, its executor, and a verifier on other kernels with another number of threads.
  struct Suite: Sendable {
    let folder: TemporaryFolder
    let inference: InferenceService
    let verification: VerificationService
  }

  static func suite() async throws -> Suite { try await shared.value }

  private static let shared = Task {
    let folder = try VerificationFixture.folder(weights: realModelPath())
    return Suite(
      folder: folder, inference: try await inference(folder),
      verification: try verification(VerificationSettings(models: folder.path, kernel: otherKernel, threads: 1)))
  }

  static func inference(_ folder: TemporaryFolder) async throws -> InferenceService {
    try await InferenceService(
      settings: InferenceSettings(models: folder.path, threads: 2), issuer: "https://inference.example",
      key: .generate())
  }

  static func verification(_ settings: VerificationSettings) throws -> VerificationService {
    try VerificationService(settings: settings, issuer: "https://verification.example", key: .generate())
  }

  static func call() -> CallContext {
    CallContext(
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, identity: CallIdentity(requestID: "test"))
  }

  static func body(_ rest: String = #""max_tokens":12,"temperature":0"#, text: String = "Name three rivers.") -> String
  {
    #"{"model":"\#(modelID)","messages":[{"role":"user","content":"\#(text)"}],\#(rest)}"#
  }

  static func reexecute(_ execution: Execution, by service: VerificationService? = nil) async throws -> Verdict {
    let verifier = if let service { service } else { try await suite().verification }
    let response = try await verifier.reexecute(execution.request, call())
    let statement = try SignedStatement(response.verdictStatement)
    return Verdict(
      response: response, statement: statement, predicate: try VerdictPredicate(statement.statement.predicate),
      isSigned: statement.isSigned(by: verifier.key.publicKey))
  }
}

struct Verdict {
  let response: ReexecuteResponse
  let statement: SignedStatement
  let predicate: VerdictPredicate
  let isSigned: Bool
}

/// A folder that is removed with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("verification-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
