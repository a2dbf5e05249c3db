import Codec
import Cryptography
import Foundation
import MerkleLog
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import StorageService

@Suite struct AppendTests {
  let fixture: StorageFixture

  init() throws { fixture = try StorageFixture() }

  @Test func `A registered statement comes back with two proofs of one tree, and is kept`() async throws {
    let storage = try await fixture.open()
    let statement = try fixture.statement(1)
    let inclusion = try await storage.append(AppendRequest(statement: statement.bytes))
    #expect(inclusion.index == 1 && inclusion.treeSize == 2)
    try fixture.verify(inclusion, of: statement)
    let blob = try await storage.blob(GetBlobRequest(digest: statement.digest.bytes))
    #expect(blob == GetBlobResponse(data: statement.bytes, retention: .statement))
  }

  @Test func `Every entry of a log verifies from its proofs against its newest head`() async throws {
    let storage = try await fixture.open()
    let statements = try (0..<60).map { try fixture.statement($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for statement in statements {
        group.addTask { _ = try await storage.append(AppendRequest(statement: statement.bytes)) }
      }
      try await group.waitForAll()
    }
    let reopened = try await fixture.open()
    var indices: Set<UInt64> = []
    for statement in statements {
      let inclusion = try await reopened.inclusion(GetInclusionRequest(statementDigest: statement.digest.bytes))
      #expect(inclusion.treeSize == 61)
      try fixture.verify(inclusion, of: statement)
      indices.insert(inclusion.index)
    }
    #expect(indices == Set(1...60))
  }

  @Test func `The folder alone is the log: its files audit against its checkpoint`() async throws {
    let storage = try await fixture.open()
    for number in 0..<5 { _ = try await storage.append(AppendRequest(statement: fixture.statement(number).bytes)) }
    let log = "\(fixture.folder)/log"
    func file(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: "\(log)/\(path)"))) }
    let head = try fixture.checkpointPolicy.verify(SignedNote(parsing: file("checkpoint")), refusingUnknown: true)
    let report = try TreeAudit.run(size: head.checkpoint.size, root: head.checkpoint.root) { try file($0.path) }
    #expect(report.entries == 6)
    for tile in TileRange(to: 6) {
      #expect(try await storage.tile(GetTileRequest(path: tile.path)).data == file(tile.path))
    }
    #expect(try Array(storage.checkpoint().note.utf8) == file("checkpoint"))
  }

  @Test func `The same statement keeps its index, another for its subject is refused and told that index`() async throws
  {
    let storage = try await fixture.open()
    let first = try fixture.statement(1, subject: "one")
    let index = try await storage.append(AppendRequest(statement: first.bytes)).index
    _ = try await storage.append(AppendRequest(statement: fixture.statement(2).bytes))
    let again = try await storage.append(AppendRequest(statement: first.bytes))
    #expect(again.index == index && again.treeSize == 3)
    try fixture.verify(again, of: first)
    let other = try fixture.statement(7, subject: "one")
    let error = await code(storage) { try await storage.append(AppendRequest(statement: other.bytes)) }
    #expect(error?.code == .alreadyExists)
    #expect(error?.message.contains("index \(index) ") == true)
    #expect(error?.message.contains(first.digest.hex) == true)
    #expect(
      await code(storage) { try await storage.blob(GetBlobRequest(digest: other.digest.bytes)) }?.code == .notFound)
  }

  @Test func `An unknown key, kind, issuer or signature is refused and told why`() async throws {
    let storage = try await fixture.open()
    let stranger = try StorageFixture.key("stranger")
    var forged = try fixture.statement(1).bytes
    forged[forged.count - 1] ^= 1
    for (bytes, word) in [
      (try fixture.statement(1, key: stranger).bytes, "is not in the log's registration policy"),
      (try fixture.keyStatement(of: fixture.signer).bytes, "may not register statements of kind key"),
      (try fixture.statement(1, issuer: "https://other.example").bytes, "its key is registered for"),
      (forged, "the signature is not one of the key"),
    ] {
      let error = await code(storage) { try await storage.append(AppendRequest(statement: bytes)) }
      #expect(error?.code == .permissionDenied)
      #expect(error?.message.contains(word) == true, "\(String(describing: error))")
    }
    #expect(storage.log.sequencer.published.size == 1)
  }

  @Test func `A key speaks for itself, an owner's ends another, and nobody says more`() async throws {
    let storage = try await fixture.open()
    let (owner, stranger) = (try StorageFixture.key("owner"), try StorageFixture.key("stranger"))
    try fixture.register([
      StorageFixture.line(fixture.signer, kinds: ["execution", "key"]),
      StorageFixture.line(owner, kinds: ["key", "model"]),
    ])
    for (statement, word) in [
      (try fixture.keyStatement(of: fixture.signer, to: 9), "an owner's key ends it"),
      (try fixture.keyStatement(of: stranger, to: 9), "speaks for itself only"),
      (try fixture.keyStatement(of: stranger), "speaks for itself only"),
      (try fixture.keyStatement(of: fixture.signer, by: owner), "it says itself"),
      (try fixture.keyStatement(of: fixture.signer, to: 9, by: owner, subject: "x"), "another subject"),
    ] {
      let error = await code(storage) { try await storage.append(AppendRequest(statement: statement.bytes)) }
      #expect(error?.code == .permissionDenied && error?.message.contains(word) == true, "\(String(describing: error))")
    }
    let (begin, end) = (
      try fixture.keyStatement(of: fixture.signer), try fixture.keyStatement(of: fixture.signer, to: 9, by: owner)
    )
    #expect(try await storage.append(AppendRequest(statement: begin.bytes)).index == 1)
    #expect(try await storage.append(AppendRequest(statement: end.bytes)).index == 2)
    // One of each.
    for again in [
      try fixture.keyStatement(of: fixture.signer, from: 0),
      try fixture.keyStatement(of: fixture.signer, to: 8, by: owner),
    ] {
      let error = await code(storage) { try await storage.append(AppendRequest(statement: again.bytes)) }
      #expect(error?.code == .alreadyExists)
    }
  }

  @Test func `Bytes that are no statement are refused as such`() async throws {
    let storage = try await fixture.open()
    let statement = try fixture.statement(1)
    let transparent = try statement.transparent(receipts: [[1]])
    for bytes in [[], [0xd2], statement.bytes + [0], transparent, [UInt8](repeating: 0, count: 1 << 20 + 1)] {
      #expect(
        await code(storage) { try await storage.append(AppendRequest(statement: bytes)) }?.code == .invalidArgument)
    }
  }

  @Test func `A changed registration file holds from the next append on, and a broken one admits nobody`() async throws
  {
    let storage = try await fixture.open()
    func append(_ number: Int) async throws -> RPCError? {
      let bytes = try fixture.statement(number).bytes
      return await code(storage) { try await storage.append(AppendRequest(statement: bytes)) }
    }
    #expect(try await append(1) == nil)
    try fixture.register([StorageFixture.line(fixture.signer, kinds: ["tombstone"])])
    #expect(try await append(2)?.code == .permissionDenied)
    try Data("[{".utf8).write(to: URL(filePath: fixture.policyPath))
    #expect(try await append(2)?.code == .unavailable)
    #expect(try await append(2)?.code == .unavailable)
    try FileManager.default.removeItem(atPath: fixture.policyPath)
    #expect(try await append(2)?.code == .permissionDenied)
    try fixture.register([StorageFixture.line(fixture.signer, kinds: ["contribution"])])
    #expect(try await append(2) == nil)
  }

  @Test func `A statement whose commit failed is finished by appending it again, after a restart too`() async throws {
    struct Stopped: Error {}
    _ = try await fixture.open()
    let statement = try fixture.statement(1)
    let failing = try await fixture.open { step in if step == .tilesDurable { throw Stopped() } }
    let error = await code(failing) { try await failing.append(AppendRequest(statement: statement.bytes)) }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("append the same statement again") == true)
    let pending = await code(failing) {
      try await failing.inclusion(GetInclusionRequest(statementDigest: statement.digest.bytes))
    }
    #expect(pending?.code == .unavailable)
    let storage = try await fixture.open()
    let inclusion = try await storage.append(AppendRequest(statement: statement.bytes))
    #expect(inclusion.index == 1 && inclusion.treeSize == 2)
    try fixture.verify(inclusion, of: statement)
  }

  @Test func `An unregistered statement has no inclusion`() async throws {
    let storage = try await fixture.open()
    for (digest, expected) in [(SHA256.hash([1]).bytes, RPCCode.notFound), ([1], .invalidArgument)] {
      let error = await code(storage) { try await storage.inclusion(GetInclusionRequest(statementDigest: digest)) }
      #expect(error?.code == expected)
    }
    // Entry 0 is the log's own, and no statement.
    let genesis = try LogGenesis.entry(origin: storage.origin)
    let error = await code(storage) { try await storage.inclusion(GetInclusionRequest(statementDigest: genesis.bytes)) }
    #expect(error?.code == .notFound)
  }
}
