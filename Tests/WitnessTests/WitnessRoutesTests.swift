import Cryptography
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MerkleLog
import NIOCore
import ServiceKit
import Testing

@testable import WitnessService

/// The status of each refusal, and the body that goes with it.
@Suite struct WitnessRoutesTests {
  let fixture: WitnessFixture

  init() throws { fixture = try WitnessFixture() }

  private func testing(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let service = try await fixture.open()
    let application = Application(router: ServiceHost.router(service, token: "no token is needed here"), logger: logger)
    try await application.test(.router) { try await body($0) }
  }

  private static func add(_ client: any TestClientProtocol, _ body: [UInt8]) async throws -> TestResponse {
    try await client.execute(uri: "/add-checkpoint", method: .post, body: ByteBuffer(bytes: body)) { $0 }
  }

  @Test func `Each refusal has its status`() async throws {
    try await testing { client in
      let first = try await Self.add(client, WitnessFixture.request(0, 10))
      #expect(first.status == .ok)
      #expect(try NoteSignature.lines(parsing: Array(first.body.readableBytesView)[...]).count == 1)
      let stranger = try AddCheckpointRequest(parsing: WitnessFixture.request(10, 20))
      let unsigned = AddCheckpointRequest(
        old: 10, path: stranger.path,
        note: try Checkpoint(text: stranger.note.text).signed(
          by: NoteSigner(name: WitnessFixture.origin, key: WitnessFixture.key("stranger"))))
      for (body, status) in [
        (Array("old x\n\n".utf8), 400), (try WitnessFixture.request(21, 20), 400),
        (try WitnessFixture.request(0, 5, origin: "log.example/2"), 404), (unsigned.encoded, 403),
        (try WitnessFixture.request(5, 20), 409), (try WitnessFixture.request(10, 20, branch: 1), 422),
        ([UInt8](repeating: 0x61, count: AddCheckpointRequest.bytesMax + 1), 413),
      ] {
        #expect(try await Self.add(client, body).status.code == status)
      }
    }
  }

  @Test func `A conflict tells the size, and the latest checkpoint is there for all`() async throws {
    try await testing { client in
      _ = try await Self.add(client, WitnessFixture.request(0, 10))
      let conflict = try await Self.add(client, WitnessFixture.request(3, 20))
      #expect(conflict.headers[.contentType] == "text/x.tlog.size" && String(buffer: conflict.body) == "10\n")
      let hash = SHA256.hash(Array(WitnessFixture.origin.utf8)).hex
      let latest = try await client.execute(uri: "/\(hash)/checkpoint", method: .get) { $0 }
      let note = try SignedNote(parsing: Array(latest.body.readableBytesView))
      #expect(try Checkpoint(text: note.text).size == 10 && note.signatures.count == 2)
      for path in ["/\(String(hash.reversed()))/checkpoint", "/x/checkpoint"] {
        #expect(try await client.execute(uri: path, method: .get) { $0 }.status == .notFound)
      }
      let about = try await client.execute(uri: "/", method: .get) { $0 }
      let lines = String(buffer: about.body).split(separator: "\n")
      #expect(try NoteVerifierKey(String(#require(lines.first))).kind == .cosignature)
      #expect(lines.dropFirst() == ["log.example/1"])
    }
  }
}
