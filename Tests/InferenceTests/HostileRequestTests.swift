import Cryptography
import Exact
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import RPC
import Receipts
import ServiceKit
import Testing
import Wire

@testable import InferenceService

@Suite struct HostileRequestTests {
  private let digestOfNothing = SHA256.hash([]).bytes

  @Test("every request that cannot be served gets a code and a reason, and the next one is answered")
  func refusals() async throws {
    let service = try await InferenceFixture.shared()
    func refused(
      _ code: RPCCode, _ text: String, body: String = InferenceFixture.body(), messages: Int = 1,
      edit: (inout GenerateRequest) -> Void = { _ in }, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      var request = try InferenceFixture.request(body, messages: messages)
      edit(&request)
      let asked = request
      await expect(code: code, text, sourceLocation: sourceLocation) {
        try await InferenceFixture.generate(service, asked)
      }
      #expect(!service.running.cancel(asked.receiptID), sourceLocation: sourceLocation)
    }
    try await refused(.invalidArgument, "receipt_id") { $0.receiptID = "../../etc" }
    try await refused(.invalidArgument, "nonce has 65 bytes") { $0.nonce = [UInt8](repeating: 0, count: 65) }
    try await refused(.invalidArgument, "no acceptable JSON", body: "{\"model\":")
    try await refused(.invalidArgument, "no acceptable JSON", body: "")
    try await refused(.invalidArgument, "messages", body: #"{"model":"x"}"#)
    try await refused(.invalidArgument, "temperature", body: InferenceFixture.body(#""temperature":-1"#))
    try await refused(.invalidArgument, "temperature is 0.0001", body: InferenceFixture.body(#""temperature":0.0001"#))
    try await refused(
      .notFound, "served: \(InferenceFixture.modelID)",
      body: #"{"model":"gpt-17","messages":[{"role":"user","content":"x"}]}"#)
    try await refused(.invalidArgument, "salts are missing") { $0.salts = nil }
    try await refused(.invalidArgument, "2 salts for 1 messages", messages: 2)
    try await refused(.invalidArgument, "salts.content has 31 bytes") { $0.salts?.content.removeLast() }
    try await refused(.invalidArgument, "salts.messages has 0 bytes") { $0.salts?.messages = [[]] }
    let collection = InferenceFixture.body(#""documents":[{"collection":"a"}],"max_tokens":1"#)
    try await refused(.invalidArgument, "what was retrieved of it is not here", body: collection)
    let found = try RetrievedDocument.encode([.init(item: 0, asset: "a", contributor: "c", text: "x")])
    try await refused(.invalidArgument, "salts.retrieved has 0 bytes", body: collection) { $0.retrieved = found }
    try await refused(.invalidArgument, "asks for no collection") { $0.retrieved = found }
    try await refused(.invalidArgument, "salts.retrieved has 32 bytes") { $0.salts?.retrieved = digestOfNothing }
    try await refused(.invalidArgument, "byte 0x04", body: InferenceFixture.body(text: #"a\u0004b"#))
    try await refused(
      .invalidArgument, "the context limit is 2048 tokens",
      body: InferenceFixture.body(text: String(repeating: "word ", count: 2100)))
    let finished = try await InferenceFixture.generate(service, InferenceFixture.request(InferenceFixture.body()))
      .finished
    #expect(finished.completionTokens == 12)
  }

  @Test("a server with a smaller context names its limit")
  func context() async throws {
    let folder = try TemporaryFolder()
    try InferenceFixture.add(InferenceFixture.manifest(), to: folder)
    let service = try await InferenceFixture.service(folder, contextTokensMax: 64)
    await expect(code: .invalidArgument, "server's context limit of 64") {
      try await InferenceFixture.generate(service, InferenceFixture.request(InferenceFixture.body(#""max_tokens":60"#)))
    }
  }

  @Test("a model whose context does not fit in the cache is refused by name, and inference starts")
  func cache() async throws {
    let folder = try TemporaryFolder()
    try InferenceFixture.add(InferenceFixture.manifest(), to: folder)
    let service = try await InferenceFixture.service(folder, serving: ServingLimits(cacheTokensMax: 1024))
    #expect(service.models.models.isEmpty)
    #expect(service.models.refused.first?.why.contains("2048 tokens does not fit in cache-tokens-max, 1024") == true)
  }

  @Test("a model whose file, template or manifest differs is refused by name, and the others are served")
  func models() async throws {
    let folder = try TemporaryFolder()
    let honest = try InferenceFixture.manifest()
    try InferenceFixture.add(honest, name: "a", to: folder)
    try InferenceFixture.add(honest, name: "b", to: folder)
    try InferenceFixture.add(
      InferenceFixture.manifest(id: "other") { $0.fileDigest = $0.template }, name: "digest", to: folder)
    try InferenceFixture.add(
      InferenceFixture.manifest(id: "long") { $0.contextLength = 1 << 20 }, name: "context", to: folder)
    try InferenceFixture.add(
      InferenceFixture.manifest(id: "foreign") { $0.profile = "opaque/1" }, name: "profile", to: folder)
    try InferenceFixture.add(InferenceFixture.manifest(id: "gone"), name: "gone", weights: "/nowhere", to: folder)
    try InferenceFixture.add(
      InferenceFixture.manifest(id: "no-model"), name: "hostile", weights: "\(folder.path)/hostile/manifest.cose",
      to: folder)
    let service = try await InferenceFixture.service(folder)
    #expect(service.models.models.map(\.manifest.id) == [InferenceFixture.modelID])
    let reasons = Dictionary(uniqueKeysWithValues: service.models.refused.map { ($0.name, $0.why) })
    #expect(Set(reasons.keys) == ["b", "digest", "context", "profile", "gone", "hostile"])
    #expect(reasons["b"]?.contains("another folder has the id") == true)
    #expect(reasons["digest"]?.contains("file digest") == true)
    #expect(reasons["context"]?.contains("context length") == true)
    #expect(reasons["profile"]?.contains("opaque/1") == true)
    let reason = try await service.readinessChecks[0].check()
    #expect(reason?.contains("digest: the model's file digest is") == true)
    let listed = service.listModels().models
    #expect(listed.count == 1 && listed[0].contextLength == 2048)
    #expect(listed[0].manifestDigest == (try honest.digest().bytes))
  }

  @Test("bytes that are no message and calls without the token get an error, and the service still answers")
  func wire() async throws {
    let service = try await InferenceFixture.shared()
    let router = ServiceHost.router(service, token: "secret")
    try await Application(router: router).test(.router) { client in
      let cancel = InferenceProcedures.cancel.path
      let authorized: HTTPFields = [.contentType: "application/proto", .authorization: "Bearer secret"]
      let truncated = ByteBuffer(bytes: [0x0a, 0xff])
      try await client.execute(uri: cancel, method: .post, headers: authorized, body: truncated) {
        #expect($0.status == .badRequest)
      }
      try await client.execute(uri: cancel, method: .post, headers: [.contentType: "application/proto"]) {
        #expect($0.status == .unauthorized)
      }
      try await client.execute(
        uri: cancel, method: .post, headers: [.contentType: "text/plain", .authorization: "Bearer secret"]
      ) { #expect($0.status == .unsupportedMediaType) }
      let models = InferenceProcedures.listModels.path
      try await client.execute(uri: models, method: .post, headers: authorized) { response in
        #expect(response.status == .ok)
        let list = try ListModelsResponse(wire: response.body)
        #expect(list.models.map(\.id) == [InferenceFixture.modelID])
      }
      try await client.execute(uri: "/readyz", method: .get) { #expect($0.status == .ok) }
    }
  }
}
