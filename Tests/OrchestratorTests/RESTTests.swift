import Codec
import Cryptography
import Foundation
import HTTPTypes
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import OrchestratorService

@Suite("The public routes")
struct RESTTests {
  private static let path = "/v1/chat/completions"

  @Test(
    "What is wrong with a request is said before anything is accepted",
    arguments: [
      ("{", 400, "invalid_json"), ("[]", 400, "invalid_value"), ("{}", 400, "invalid_value"),
      (#"{"model":"tiny-test","model":"x","messages":[]}"#, 400, "invalid_json"),
      (#"{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}"#, 404, "model_not_found"),
      (#"{"model":"tiny-test","messages":[{"role":"user","content":"x"}],"frobnicate":1}"#, 400, "unknown_parameter"),
      (#"{"model":"tiny-test","messages":[{"role":"user","content":"x"}],"n":9}"#, 400, "invalid_value"),
      (
        #"{"model":"tiny-test","messages":[{"role":"user","content":"x"}],"modalities":["audio"]}"#, 400,
        "unsupported_parameter"
      ),
    ])
  func badRequests(body: String, status: Int, code: String) async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.ask(.post, Self.path, body)
    #expect(answer.status == status)
    let error = try #require(try answer.json["error"])
    #expect(error.objectValue?.map(\.name) == ["message", "type", "param", "code"])
    #expect(error["code"]?.stringValue == code)
    #expect(error["type"] == "invalid_request_error")
    #expect(answer.receiptID == nil)
    #expect(answer.headers[HTTPField.Name.known("X-Request-Id")]?.isEmpty == false)
    #expect(try await service.pipeline.outbox.unfinishedCount() == 0)
    #expect(world.peers.calls(.generate) == 0)
  }

  @Test("Media type, encoding, size and method are checked")
  func envelope() async throws {
    let world = try World()
    let service = try await world.ready()
    let text = try await service.ask(.post, Self.path, "{}", headers: [.contentType: "text/plain"])
    #expect(text.status == 415 && text.errorCode == "unsupported_media_type")
    let gzip = try await service.ask(.post, Self.path, "{}", headers: [.contentEncoding: "gzip"])
    #expect(gzip.status == 415 && gzip.errorCode == "unsupported_encoding")
    let large = try await service.ask(
      .post, Self.path, bytes: [UInt8](repeating: 32, count: ChatRequest.bodyBytesMax + 1))
    #expect(large.status == 413 && large.errorCode == "request_too_large")
    #expect(large.text.contains("\(ChatRequest.bodyBytesMax)"))
    let get = try await service.ask(.get, Self.path)
    #expect(get.status == 405 && get.errorCode == "method_not_allowed" && get.headers[.allow] == "POST")
    let unknown = try await service.ask(.get, "/v1/nothing")
    #expect(unknown.status == 404 && unknown.errorCode == "unknown_url")
  }

  @Test("A request over the bound is told to come back")
  func bound() async throws {
    let world = try World()
    let service = try await world.ready { $0.requestsMax = 1 }
    let slot = try service.slots.take()
    let answer = try await service.chat()
    #expect(answer.status == 429 && answer.errorCode == "rate_limit_exceeded" && answer.headers[.retryAfter] == "1")
    withExtendedLifetime(slot) {}
  }

  @Test("A slot is free again after its request")
  func slotsReturn() async throws {
    let world = try World()
    let service = try await world.ready { $0.requestsMax = 1 }
    for stream in [false, true, false] { #expect(try await service.chat(stream: stream).status == 200) }
  }

  @Test("Models are listed with what OpenAI's clients read")
  func models() async throws {
    let world = try World()
    let service = try await world.ready()
    let list = try await service.ask(.get, "/v1/models").json
    #expect(list["object"] == "list")
    #expect(list["data"]?[0]?["id"]?.stringValue == FakePeers.model)
    #expect(try await service.ask(.get, "/v1/models/tiny-test").json["object"] == "model")
    let none = try await service.ask(.get, "/v1/models/other")
    #expect(none.status == 404 && none.errorCode == "model_not_found")
  }

  @Test("A receipt is found by either of its ids and shows nothing of the content")
  func view() async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat()
    let completion = try #require(try answer.json["id"]?.stringValue)
    let byCompletion = try await service.ask(.get, "/v1/receipts/\(completion)")
    let byReceipt = try await service.ask(.get, "/v1/receipts/\(try #require(answer.receiptID))")
    #expect(byCompletion.status == 200)
    #expect(byCompletion.body == byReceipt.body)
    #expect(!byReceipt.text.contains("four") && !byReceipt.text.contains("2+2"))
    let statements = try #require(try byReceipt.json["statements"]?.objectValue).map(\.name)
    #expect(statements == ["attribution", "custody", "execution", "model", "policy", "receipt", "verdict"])
    let none = try await service.ask(.get, "/v1/receipts/nothing")
    #expect(none.status == 404 && none.errorCode == "receipt_not_found")
  }

  @Test("Only the owner's key gets openings; without a key /v1 is closed")
  func owners() async throws {
    let world = try World()
    let keys = ["first-key-of-the-tests", "second-key-of-the-tests"]
    let service = try await world.ready { $0.apiKeys = APIKeys(keys) }
    let headers = keys.map { HTTPFields([.init(name: .authorization, value: "Bearer \($0)")]) }
    let answer = try await service.chat(headers: headers[0])
    #expect(answer.status == 200)
    let id = try #require(answer.receiptID)
    let own = try Bundle(try await service.bundle(id, headers: headers[0]).body)
    let other = try await service.bundle(id, headers: headers[1])
    #expect(own.openings.count == 6)
    #expect(try Bundle(other.body).openings.isEmpty)
    #expect(BundleVerifier(policy: try world.trust()).verify(other.body).isAccepted)
    for path in ["/v1/receipts/\(id)", "/v1/receipts/\(id)/bundle", "/v1/models", "/v1/models/tiny-test"] {
      let closed = try await service.ask(.get, path)
      #expect(closed.status == 401 && closed.errorCode == "invalid_api_key")
    }
    let wrong = try await service.chat(headers: [.authorization: "Bearer third-key-of-the-tests"])
    #expect(wrong.status == 401)
  }

  @Test("An erased opening is left out, and the rest still verifies")
  func erased() async throws {
    let world = try World()
    let service = try await world.ready()
    let id = try #require(try await service.chat().receiptID)
    let row = try #require(try await service.pipeline.outbox.row(id))
    let name = try #require(row.openingNames[.request])
    world.peers.set { $0.blobs[name] = nil }
    let bundle = try await service.bundle(id)
    #expect(try Bundle(bundle.body).openings[.request] == nil)
    #expect(BundleVerifier(policy: try world.trust()).verify(bundle.body).isAccepted)
  }

  @Test("A published row holds no content and no salt")
  func dropped() async throws {
    let world = try World()
    let service = try await world.ready()
    let id = try #require(try await service.chat().receiptID)
    let row = try #require(try await service.pipeline.outbox.row(id))
    #expect(row.openings.isEmpty && row.salts == nil && row.openingNames.count == 6)
    for name in ["outbox.sqlite", "outbox.sqlite-wal"] {
      let file = try Data(contentsOf: URL(fileURLWithPath: "\(world.folder)/\(name)"))
      if name == "outbox.sqlite" { #expect(file.range(of: Data("2+2?".utf8)) == nil) }
    }
  }

  @Test("/v1/verify reports every check by the server's trust policy")
  func verify() async throws {
    let world = try World()
    let service = try await world.ready()
    let bundle = try await service.bundle(try #require(try await service.chat().receiptID))
    let missing = try await service.ask(.post, "/v1/verify", bytes: bundle.body)
    #expect(missing.status == 503 && missing.errorCode == "trust_policy_missing")
    try Data(try world.trust(required: [.inclusion, .witnesses]).json.serialized())
      .write(to: URL(fileURLWithPath: "\(world.folder)/trust.json"))
    let type: HTTPFields = [.contentType: Bundle.mediaType]
    let report = try await service.ask(.post, "/v1/verify", bytes: bundle.body, headers: type).json
    #expect(report["accepted"] == false)
    #expect(report["required_unmet"] == ["witnesses"])
    #expect(report["checks"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == Check.Name.allCases.map(\.rawValue))
    #expect(report["checks"]?[3]?["state"] == "pass")
    let broken = try await service.ask(.post, "/v1/verify", bytes: Array("{}".utf8), headers: type).json
    #expect(broken["checks"]?[0]?["state"] == "fail")
  }

  @Test("Checkpoint, tiles and keys are published with their cache rules")
  func log() async throws {
    let world = try World()
    let service = try await world.ready()
    let checkpoint = try await service.ask(.get, "/checkpoint")
    #expect(checkpoint.text.hasPrefix(world.peers.log.origin + "\n") && checkpoint.headers[.cacheControl] == "no-cache")
    let tile = try await service.ask(.get, "/tile/0/000.p/1")
    #expect(tile.body == [1, 2, 3] && tile.headers[.cacheControl]?.contains("immutable") == true)
    for path in ["/tile/0/001", "/tile/0/0", "/tile/../checkpoint", "/tile/0/000.p/256"] {
      #expect(try await service.ask(.get, path).status == 404)
    }
    let keys = try await service.ask(.get, "/.well-known/scitt-keys")
    #expect(keys.headers[.contentType] == "application/cbor")
    let set = try COSEKeySet.decode(keys.body)
    #expect(set.map(\.key) == [world.peers.log.receiptKey.publicKey, world.key.publicKey])
  }

  @Test("The RPC face needs the token and gives the record of a receipt")
  func record() async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat()
    let record = try await service.receipt(try #require(answer.receiptID))
    #expect(record.state == "settled" && record.outcome == "answered" && record.sequence == 1)
    #expect(try SignedStatement(record.statement).isSigned(by: world.key.publicKey))
    #expect(service.identity.kinds == ["receipt", "epoch"])
    await #expect(throws: RPCError.self) { _ = try await service.receipt("nothing") }
    let open = try await service.ask(
      .post, "/colophon.orchestrator.v1.OrchestratorService/GetReceipt", bytes: [],
      headers: [.contentType: "application/proto"])
    #expect(open.status == 401)
  }
}
