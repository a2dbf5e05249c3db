import Cryptography
import Exact
import Foundation
import Synchronization
import Testing

@testable import ExactReference

@Suite struct GenerationModelTests {
  @Test("a file is the one of its manifest in every part, or the part that differs is named")
  func identity() throws {
    let digest = SHA256.hash([1])
    let file = ModelIdentity(fileDigest: digest, fileBytes: 10, templateDigest: digest, contextLength: 8)
    let other = SHA256.hash([2])
    try file.require(file)
    try file.require(ModelIdentity(fileDigest: digest, fileBytes: 10, templateDigest: digest, contextLength: 4))
    for (part, manifest) in [
      ("file size", ModelIdentity(fileDigest: digest, fileBytes: 11, templateDigest: digest, contextLength: 8)),
      ("file digest", ModelIdentity(fileDigest: other, fileBytes: 10, templateDigest: digest, contextLength: 8)),
      ("chat template", ModelIdentity(fileDigest: digest, fileBytes: 10, templateDigest: other, contextLength: 8)),
      ("context length", ModelIdentity(fileDigest: digest, fileBytes: 10, templateDigest: digest, contextLength: 9)),
      ("context length", ModelIdentity(fileDigest: digest, fileBytes: 10, templateDigest: digest, contextLength: 0)),
    ] {
      let error = #expect(throws: GenerationError.self) { try file.require(manifest) }
      #expect("\(try #require(error))".contains("the model's \(part) is"))
    }
  }

  @Test("a chat model needs a tokenizer and a template that this engine knows")
  func synthetic() throws {
    let file = try TemporaryFile(ModelFixture.synthetic(.q4_1).bytes())
    #expect(throws: GenerationError.tokenizer(.missingMetadata(key: "tokenizer.ggml.model"))) {
      try file.use { try ChatModel.load(path: $0, kernel: .scalar, threads: 1) }
    }
  }

  @Test("model folders are those with a manifest; weights are a file, a link or a path in a file")
  func folders() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("models-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(try ModelFolder.all(in: root.path).isEmpty)
    for name in ["b", "a", "empty", ".hidden"] {
      try FileManager.default.createDirectory(at: root.appendingPathComponent(name), withIntermediateDirectories: true)
      if name != "empty" { try Data([1, 2]).write(to: root.appendingPathComponent("\(name)/manifest.cose")) }
    }
    let folders = try ModelFolder.all(in: root.path)
    #expect(folders.map(\.name) == ["a", "b"])
    #expect(try folders[0].manifest() == [1, 2])
    #expect(throws: GenerationError.self) { try folders[0].weightsPath() }
    try Data("/somewhere/model.gguf\n".utf8).write(to: root.appendingPathComponent("a/path"))
    #expect(try folders[0].weightsPath() == "/somewhere/model.gguf")
    try Data([0]).write(to: root.appendingPathComponent("a/model.gguf"))
    #expect(try folders[0].weightsPath() == root.path + "/a/model.gguf")
    try Data(count: ModelFolder.manifestBytesMax + 1).write(to: root.appendingPathComponent("b/manifest.cose"))
    let error = #expect(throws: GenerationError.self) { try folders[1].manifest() }
    #expect("\(try #require(error))".contains("above the limit of \(ModelFolder.manifestBytesMax) bytes"))
  }

  @Test("the engine's thread does work one by one in order, and refuses what would wait too long")
  func thread() async throws {
    let engine = try EngineThread(waitingMax: 2)
    let gate = DispatchSemaphore(value: 0)
    let started = DispatchSemaphore(value: 0)
    let order = Mutex<[Int]>([])
    try engine.submit {
      started.signal()
      gate.wait()
    }
    await Task.detached { Self.wait(started) }.value
    for index in 0..<2 { try engine.submit { order.withLock { $0.append(index) } } }
    #expect(engine.waiting == 2)
    let refusal = #expect(throws: EngineThread.Full.self) { try engine.submit {} }
    #expect(try #require(refusal).waiting == 2)
    await #expect(throws: EngineThread.Full.self) { try await engine.run { 1 } }
    gate.signal()
    var value: Int?
    while value == nil { value = try? await engine.run { 5 } }
    #expect(value == 5 && order.withLock { $0 } == [0, 1])
    await #expect(throws: GenerationError.cancelled) { try await engine.run { throw GenerationError.cancelled } }
  }

  @Test("work that waits can be withdrawn, once, and leaves its place to other work; work whose turn has come cannot")
  func withdrawn() async throws {
    let engine = try EngineThread(waitingMax: 2)
    let gate = DispatchSemaphore(value: 0)
    let started = DispatchSemaphore(value: 0)
    let order = Mutex<[Int]>([])
    let running = try engine.submit {
      started.signal()
      gate.wait()
    }
    await Task.detached { Self.wait(started) }.value
    let first = try engine.submit { order.withLock { $0.append(0) } }
    try engine.submit { order.withLock { $0.append(1) } }
    #expect(throws: EngineThread.Full.self) { try engine.submit {} }
    #expect(!engine.withdraw(running))
    #expect(engine.withdraw(first) && engine.waiting == 1)
    #expect(!engine.withdraw(first))
    try engine.submit { order.withLock { $0.append(2) } }
    #expect(throws: EngineThread.Full.self) { try engine.submit {} }
    gate.signal()
    var isDone = false
    while !isDone { isDone = (try? await engine.run { true }) ?? false }
    #expect(order.withLock { $0 } == [1, 2])
  }

  private static func wait(_ semaphore: DispatchSemaphore) {
    #expect(semaphore.wait(timeout: .now() + 10) == .success)
  }
}
