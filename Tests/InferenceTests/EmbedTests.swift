import Cryptography
import Exact
import RPC
import Receipts
import ServiceKit
import TestKit
import Testing
import Wire

@testable import InferenceService

/// Vectors of texts by the real encoder.
@Suite struct EmbedTests {
  private func service(_ folder: String?) async throws -> InferenceService {
    try await InferenceService(
      settings: InferenceSettings(models: TemporaryFolder().path, threads: 2, embeddingsModel: folder),
      issuer: "https://inference.example", key: .generate())
  }

  private func code(_ texts: [String], _ service: InferenceService) async throws -> RPCCode? {
    do {
      _ = try await service.embed(EmbedRequest(texts: texts))
      return nil
    } catch let error as RPCError { return error.code }
  }

  @Test("vectors are the encoder's in int8, one behind the other, and near where meanings are")
  func vectors() async throws {
    let service = try await service(GivenModel.miniLM.path())
    let texts = ["A cat sat on the mat.", "A kitten rested on the rug.", "Bonds fell as rates rose."]
    let answer = try await service.embed(EmbedRequest(texts: texts))
    #expect(answer.width == 384 && answer.vectors.count == 3 * 384)
    let model = try EmbeddingModel.load(folder: GivenModel.miniLM.path(), kernel: .scalar, threads: 1)
    #expect(answer.model == model.identity.bytes)
    let due = try model.embed(texts, pool: ThreadPool(threads: 1)).flatMap { QuantizedVector.make($0) }
    #expect(answer.vectors.map { Int8(bitPattern: $0) } == due)
    #expect(due.contains { $0 > 60 || $0 < -60 } && due.count { abs(Int($0)) == 127 } < 4)
    func dot(_ a: Int, _ b: Int) -> Int { (0..<384).reduce(0) { $0 + Int(due[a * 384 + $1]) * Int(due[b * 384 + $1]) } }
    #expect(dot(0, 1) > 2 * dot(0, 2))
    let name = try await service.embed(EmbedRequest())
    #expect(name.model == answer.model && name.vectors.isEmpty)
    // A text that is too long for the encoder is cut.
    let long = String(repeating: "cat ", count: 16_000)
    #expect(try await service.embed(EmbedRequest(texts: [long])).vectors.count == 384)
    #expect(try await code(Array(repeating: "x", count: 65), service) == .invalidArgument)
    #expect(try await code([String(repeating: "x", count: 65_537)], service) == .invalidArgument)
    #expect(
      try await code(Array(repeating: String(repeating: "x", count: 65_536), count: 17), service) == .invalidArgument)
  }

  @Test("without an encoder the call says which setting to make, and a folder without one stops the start")
  func absent() async throws {
    let none = try await service(nil)
    #expect(try await code([], none) == .failedPrecondition)
    let empty = try TemporaryFolder()
    await #expect(throws: SettingsError.self) { try await service(empty.path) }
  }
}
