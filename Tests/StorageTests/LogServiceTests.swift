import Codec
import Cryptography
import Foundation
import MerkleLog
import RPC
import Receipts
import ServiceKit
import Stores
import Testing
import Wire

@testable import StorageService

@Suite struct LogServiceTests {
  let fixture: StorageFixture

  init() throws { fixture = try StorageFixture() }

  @Test func `Two installations have two origins`() throws {
    let settings = StorageSettings(registrationPolicy: "")
    let one = settings.origin(checkpointKey: try StorageFixture.key("one").publicKey)
    #expect(one != settings.origin(checkpointKey: try StorageFixture.key("two").publicKey))
    #expect(one.wholeMatch(of: /localhost\/colophon\/[0-9a-f]{8}/) != nil)
    #expect(
      StorageSettings(origin: "log.example", registrationPolicy: "").origin(
        checkpointKey: fixture.keys.checkpoint.publicKey) == "log.example")
  }

  @Test func `The log's keys are three, and those that verify its proofs`() async throws {
    let storage = try await fixture.open()
    let keys = storage.logKeys
    #expect(try NoteVerifierKey(keys.checkpointVkey).key == fixture.keys.checkpoint.publicKey)
    #expect(try NoteVerifierKey(keys.checkpointVkey).name == keys.origin)
    #expect(keys.receiptKey == fixture.keys.receipt.publicKey.raw)
    #expect(
      storage.identity.publicKey == fixture.keys.custody.publicKey.raw
        && storage.identity.kinds == ["custody", "tombstone"])
  }

  @Test func `Consistency holds from every size to the newest, and asking beyond names the remedy`() async throws {
    let storage = try await fixture.open()
    var roots: [UInt64: Digest32] = [:]
    for number in 0..<7 {
      let inclusion = try await storage.append(AppendRequest(statement: fixture.statement(number).bytes))
      roots[inclusion.treeSize] = try Digest32(inclusion.root)
    }
    let newest = try #require(roots[8])
    for (old, root) in roots {
      let answer = try await storage.consistency(GetConsistencyRequest(oldSize: old))
      #expect(answer.newSize == 8)
      try ConsistencyProof(old: old, new: 8, path: answer.path.map { try Digest32($0) })
        .verify(oldRoot: root, newRoot: newest)
    }
    let beyond = await code(storage) { try await storage.consistency(GetConsistencyRequest(oldSize: 9)) }
    #expect(beyond?.code == .failedPrecondition)
    #expect(beyond?.message.contains("restore") == true)
    let backwards = await code(storage) {
      try await storage.consistency(GetConsistencyRequest(oldSize: 3, newSize: 2))
    }
    #expect(backwards?.code == .invalidArgument)
  }

  @Test(arguments: [
    "", "checkpoint", "tile/0/000.p/1/..", "../storage.sqlite", "tile/0/../0/000", "tile/0/000.p/256", "tile/0/0",
    "tile/0/x000/000", "/tile/0/000", "tile/00/000", "tile/8/000",
  ])
  func `A path that is not the canonical one of a tile is refused`(path: String) async throws {
    let storage = try await fixture.open()
    #expect(await code(storage) { try await storage.tile(GetTileRequest(path: path)) }?.code == .invalidArgument)
  }

  @Test func `A tile beyond the published tree is not there`() async throws {
    let storage = try await fixture.open()
    #expect(await code(storage) { try await storage.tile(GetTileRequest(path: "tile/0/000")) }?.code == .notFound)
  }

  @Test func `A log that was tampered with stops the start of the service`() async throws {
    _ = try await fixture.open().append(AppendRequest(statement: fixture.statement(1).bytes))
    let file = URL(filePath: "\(fixture.folder)/log/tile/0/000.p/2")
    var bytes = try Data(contentsOf: file)
    bytes[3] ^= 1
    try bytes.write(to: file)
    await #expect(throws: AuditFailure.self) { try await fixture.open() }
  }

  @Test func `The service is ready after its audit`() async throws {
    let checks = try await fixture.open().readinessChecks
    #expect(await Readiness(checks).faults().isEmpty)
  }

  @Test(arguments: [
    ("{}", "is not a JSON list"), ("[", "JSON"), ("[{}]", "key 1: must have the members"),
    (#"[{"iss":"x","kid":"sha256:00","key":"AA==","kinds":["contribution"]}]"#, "key must be the base64"),
  ])
  func `A registration file that is none stops the start`(text: String, word: String) async throws {
    try Data(text.utf8).write(to: URL(filePath: fixture.policyPath))
    let error = await #expect(throws: RegistrationError.self) { try await fixture.open() }
    #expect("\(try #require(error))".contains(word), "\(String(describing: error))")
  }

  @Test func `Lines of the registration file that contradict themselves are refused`() async throws {
    let (one, two) = (try StorageFixture.key("one"), try StorageFixture.key("two"))
    func line(_ key: SigningKey, kid: SigningKey, kinds: [String]) -> JSON {
      [
        "iss": "x", "kid": .string("sha256:" + Hex.encode(COSEKey(kid.publicKey).keyID)),
        "key": .string(Base64.encode(key.publicKey.raw)), "kinds": .array(kinds.map(JSON.string)),
      ]
    }
    for (lines, word) in [
      ([line(one, kid: two, kinds: ["contribution"])], "kid is not the thumbprint"),
      ([line(one, kid: one, kinds: [])], "kinds is empty"),
      ([line(one, kid: one, kinds: ["opinion"])], "kinds may hold"),
      ([line(one, kid: one, kinds: ["contribution"]), line(one, kid: one, kinds: ["key"])], "listed twice"),
    ] {
      try fixture.register(lines)
      let error = await #expect(throws: RegistrationError.self) { try await fixture.open() }
      #expect("\(try #require(error))".contains(word), "\(String(describing: error))")
    }
  }

  @Test func `Storage's own key is admitted for custody without being listed`() async throws {
    try FileManager.default.removeItem(atPath: fixture.policyPath)
    let storage = try await fixture.open()
    let receipt = ReceiptID(unixMs: 1, random: Array(1...10))
    let custody = try await storage.keep(
      KeepRequest(
        receiptID: receipt.description, subjectDigest: SHA256.hash([1]).bytes,
        blobs: [WireBlob(retention: .opening, data: [1])]))
    let inclusion = try await storage.append(AppendRequest(statement: custody.custodyStatement))
    try fixture.verify(inclusion, of: SignedStatement(custody.custodyStatement))
  }
}
