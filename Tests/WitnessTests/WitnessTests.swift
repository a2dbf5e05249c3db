import Cryptography
import Foundation
import MerkleLog
import Stores
import Synchronization
import Testing

@testable import WitnessService

@Suite struct WitnessTests {
  let fixture: WitnessFixture

  init() throws { fixture = try WitnessFixture() }

  @Test func `A log that grows is cosigned, also after a restart`() async throws {
    var service = try await fixture.open()
    for (old, new) in [(0, 3), (3, 3), (3, 10), (10, 64)] {
      let line = try await service.witness.add(WitnessFixture.request(old, new))
      let key = service.witness.verifierKey
      #expect(try WitnessFixture.branch(of: line, size: new, key: key) == 0)
      service = try await fixture.open()
    }
    let hash = SHA256.hash(Array(WitnessFixture.origin.utf8)).hex
    let note = try SignedNote(parsing: #require(try await service.witness.latest(originHash: hash)))
    #expect(note.signatures.count == 2)
    #expect(try Checkpoint(text: note.text).size == 64)
    #expect(try await service.witness.latest(originHash: String(hash.dropLast()) + "x") == nil)
  }

  @Test func `The way back and a fork are refused, and a fork is kept as evidence`() async throws {
    let service = try await fixture.open()
    _ = try await service.witness.add(WitnessFixture.request(0, 10))
    await #expect(throws: WitnessRefusal.conflict(known: 10)) {
      try await service.witness.add(WitnessFixture.request(0, 5))
    }
    let forks = [
      try WitnessFixture.request(10, 10, branch: 1), try WitnessFixture.request(10, 20, branch: 1),
    ]
    for fork in forks {
      let refusal = await #expect(throws: WitnessRefusal.self) { try await service.witness.add(fork) }
      guard case .inconsistent? = refusal else { return #expect(Bool(false), "\(String(describing: refusal))") }
    }
    #expect(try await WitnessStore(path: "\(fixture.folder)/witness.sqlite").evidence(WitnessFixture.origin) == forks)
    // It goes on with the log that it knows.
    _ = try await service.witness.add(WitnessFixture.request(10, 20))
  }

  @Test func `Of branches that race for one size one is cosigned`() async throws {
    let service = try await fixture.open()
    for (old, new) in [(0, 8), (8, 16)] {
      let lines = await withTaskGroup(of: NoteSignature?.self) { group in
        for branch in UInt8(0)..<8 {
          group.addTask { try? await service.witness.add(WitnessFixture.request(old, new, branch: branch)) }
        }
        return await group.reduce(into: []) { if let line = $1 { $0.append(line) } }
      }
      #expect(lines.count == 1)
    }
  }

  @Test func `Two processes over one memory never cosign two trees of one size`() async throws {
    let services = [try await fixture.open(), try await fixture.open()]
    let lines = await withTaskGroup(of: NoteSignature?.self) { group in
      for branch in UInt8(0)..<8 {
        let witness = services[Int(branch) % 2].witness
        group.addTask { try? await witness.add(WitnessFixture.request(0, 8, branch: branch)) }
      }
      return await group.reduce(into: []) { if let line = $1 { $0.append(line) } }
    }
    #expect(lines.count == 1)
  }

  @Test func `Logs do not touch each other`() async throws {
    let logs = [try WitnessFixture.log(), try WitnessFixture.log("log.example/2")]
    let service = try await fixture.open(logs: logs)
    _ = try await service.witness.add(WitnessFixture.request(0, 10))
    _ = try await service.witness.add(WitnessFixture.request(0, 5, origin: "log.example/2"))
    _ = try await service.witness.add(WitnessFixture.request(10, 20))
    await #expect(throws: WitnessRefusal.unknownOrigin("log.example/3")) {
      try await service.witness.add(WitnessFixture.request(0, 5, origin: "log.example/3"))
    }
  }

  @Test func `A clock that went back cosigns nothing until it has caught up`() async throws {
    let service = try await fixture.open()
    _ = try await service.witness.add(WitnessFixture.request(0, 10))
    fixture.clock.withLock { $0 -= 7 }
    await #expect(throws: Witness.Unable.clockBehind(seconds: 7)) {
      try await service.witness.add(WitnessFixture.request(10, 20))
    }
    fixture.clock.withLock { $0 += 8 }
    _ = try await service.witness.add(WitnessFixture.request(10, 20))
  }

  @Test func `The same tree again gets the cosignature that it has in that second, and a fresh one later`() async throws
  {
    let service = try await fixture.open()
    let first = try await service.witness.add(WitnessFixture.request(0, 10))
    #expect(try await service.witness.add(WitnessFixture.request(10, 10)) == first)
    fixture.clock.withLock { $0 += 1 }
    #expect(try await service.witness.add(WitnessFixture.request(10, 10)) != first)
  }

  @Test func `A witness that has lost its memory does not start`() async throws {
    _ = try await fixture.open()
    try FileManager.default.createDirectory(atPath: "\(fixture.folder)/keys", withIntermediateDirectories: true)
    try Data(count: 32).write(to: URL(filePath: "\(fixture.folder)/keys/cosignature.key"))
    _ = try await fixture.open()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(fixture.folder)/witness.sqlite\(suffix)")
    }
    await #expect(throws: WitnessSettingsError.self) { try await fixture.open() }
  }

  @Test func `A log with the witness's own key is refused`() async throws {
    let own = try NoteVerifierKey(name: "log.example/1", kind: .ed25519, key: WitnessFixture.key("witness").publicKey)
    await #expect(throws: WitnessSettingsError.self) {
      try await fixture.open(logs: [WitnessedLog(origin: "log.example/1", key: own)])
    }
  }
}
