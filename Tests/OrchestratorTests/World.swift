import Codec
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MerkleLog
import NIOCore
import Receipts
import ServiceKit
import Synchronization
import Testing

@testable import OrchestratorService

/// One orchestrator over fake peers, with its data in a folder that goes away.
final class World: Sendable {
  static let token = "a-token-for-tests-of-the-orchestrator"

  let peers: FakePeers
  let key: SigningKey
  let folder: String
  /// Milliseconds since 1970, which a test moves.
  let clock = Atomic<UInt64>(1_800_000_000_000)

  init() throws {
    peers = try FakePeers()
    key = try .generate()
    folder = FileManager.default.temporaryDirectory.appending(path: "colophon-orchestrator-\(UUID().uuidString)").path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The service as a process that starts now has it: rows come from the disk, nothing else is left.
  func start(_ change: (inout OrchestratorSettings) -> Void = { _ in }) async throws -> OrchestratorService {
    var settings = OrchestratorSettings()
    settings.trustPath = "\(folder)/trust.json"
    change(&settings)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return try await OrchestratorService(
      peers: peers, settings: settings, folder: folder, issuer: "https://orchestrator.test", key: key, logger: logger,
      now: { [self] in clock.load(ordering: .relaxed) })
  }

  /// A service that has asked the log and the models.
  func ready(_ change: (inout OrchestratorSettings) -> Void = { _ in }) async throws -> OrchestratorService {
    let service = try await start(change)
    await service.recovery.round()
    return service
  }

  /// What this suite's own trust policy says: one key for each role.
  func trust(required: [Check.Name] = []) throws -> TrustPolicy {
    var issuers = [
      TrustPolicy.Issuer(issuer: "https://orchestrator.test", key: key.publicKey, kinds: [.receipt, .epoch])
    ]
    for (name, signing) in peers.keys {
      guard let kind = StatementKind(rawValue: name), let issuer = FakePeers.issuers[name] else { continue }
      let others: [StatementKind: Set<StatementKind>] = [.attribution: [.policy], .verdict: [.draw, .reveal]]
      let kinds = (others[kind] ?? []).union([kind])
      issuers.append(TrustPolicy.Issuer(issuer: issuer, key: signing.publicKey, kinds: kinds))
    }
    return TrustPolicy(
      log: try CheckpointPolicy(origin: peers.log.origin, logKey: peers.log.signer.verifierKey),
      receiptLogKey: peers.log.receiptKey.publicKey, issuers: issuers,
      manifestSigners: [COSEKey(try #require(peers.keys["model"]).publicKey).keyID], manifestDigests: [],
      profiles: [ExecutionPredicate.profileExact], attributionPolicies: [], required: required)
  }
}

struct Answer: Sendable {
  let status: Int
  let headers: HTTPFields
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSON { get throws { try JSON(parsing: body) } }
  var receiptID: String? { headers[.xReceiptID] }
  var errorCode: String? { (try? json)?["error"]?["code"]?.stringValue }

  /// The bytes after "data: " of each event.
  var events: [String] {
    text.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map {
      $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : "not an unnamed event: \($0)"
    }
  }
}

extension OrchestratorService {
  /// One request through all routes and middleware, without a socket.
  func ask(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: HTTPFields = [:]
  ) async throws -> Answer {
    try await ask(method, path, bytes: body.map { Array($0.utf8) }, headers: headers)
  }

  func ask(
    _ method: HTTPRequest.Method, _ path: String, bytes: [UInt8]?, headers: HTTPFields = [:]
  ) async throws -> Answer {
    var headers = headers
    if bytes != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
    let fields = headers
    let app = Application(router: ServiceHost.router(self, token: World.token))
    return try await app.test(.router) { client in
      try await client.execute(uri: path, method: method, headers: fields, body: bytes.map { ByteBuffer(bytes: $0) }) {
        Answer(status: $0.status.code, headers: $0.headers, body: Array($0.body.readableBytesView))
      }
    }
  }

  func chat(stream: Bool = false, usage: Bool = false, headers: HTTPFields = [:]) async throws -> Answer {
    try await ask(.post, "/v1/chat/completions", Self.chatBody(stream: stream, usage: usage), headers: headers)
  }

  static func chatBody(stream: Bool = false, usage: Bool = false) -> String {
    let options = usage ? #","stream_options":{"include_usage":true}"# : ""
    return """
      {"model":"tiny-test", "messages":[{"role":"user","content":"2+2?"}],"max_tokens":16,"stream":\(stream)\(options)}
      """
  }

  func bundle(_ id: String, headers: HTTPFields = [:]) async throws -> Answer {
    try await ask(.get, "/v1/receipts/\(id)/bundle", headers: headers)
  }
}
