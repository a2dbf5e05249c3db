import Codec
import Cryptography
import Logging
import Receipts
import ServiceKit
import Testing

@testable import OrchestratorService

@Suite("The log's head")
struct LogHeadTests {
  private func fault(_ service: OrchestratorService) async throws -> String? {
    try await service.readinessChecks.first { $0.name == "log" }?.check()
  }

  @Test("Before the log has answered nothing is accepted, and readiness says why")
  func notAsked() async throws {
    let world = try World()
    let service = try await world.start()
    #expect(try await fault(service) != nil)
    let answer = try await service.chat()
    #expect(answer.status == 503 && answer.errorCode == "log_unavailable" && answer.receiptID == nil)
    await service.recovery.round()
    #expect(try await fault(service) == nil)
    #expect(try await service.chat().status == 200)
  }

  @Test("A log that continues the kept head is used after a restart")
  func continued() async throws {
    let world = try World()
    let first = try await world.ready()
    for _ in 0..<3 { _ = try await first.chat() }
    _ = try world.peers.log.append([1])
    _ = try world.peers.log.append([2])
    let next = try await world.ready()
    #expect(try await fault(next) == nil)
  }

  @Test("A log that was rolled back is refused, by its size")
  func rolledBack() async throws {
    let world = try World()
    let first = try await world.ready()
    for _ in 0..<3 { _ = try await first.chat() }
    world.peers.log.rollBack(to: world.peers.log.count - 1)
    let next = try await world.ready()
    #expect(try await fault(next)?.contains("rolled back") == true)
    #expect(try await next.chat().errorCode == "log_unavailable")
  }

  @Test("A log with another history is refused, whether it grew or not", arguments: [0, 2])
  func rewritten(grown: Int) async throws {
    let world = try World()
    let first = try await world.ready()
    for _ in 0..<3 { _ = try await first.chat() }
    try world.peers.log.rewrite()
    for at in 0..<grown { _ = try world.peers.log.append([UInt8(at)]) }
    let next = try await world.ready()
    #expect(try await fault(next)?.contains("does not continue") == true)
  }

  @Test("A log with another key than at first contact is refused")
  func otherKey() async throws {
    let world = try World()
    _ = try await world.ready()
    let other = try World()
    let service = try await OrchestratorService(
      peers: other.peers, settings: OrchestratorSettings(), folder: world.folder, issuer: "https://orchestrator.test",
      key: world.key, logger: .init(label: "test"))
    await service.recovery.round()
    #expect(try await fault(service)?.contains("first contact") == true)
  }

  @Test("Model and policy statements are registered once, also over restarts")
  func registered() async throws {
    let world = try World()
    for _ in 0..<2 {
      let service = try await world.ready()
      _ = try await service.chat()
    }
    #expect(world.peers.log.occurrences(of: SHA256.hash(world.peers.modelStatement)) == 1)
    #expect(world.peers.log.occurrences(of: SHA256.hash(world.peers.policyStatement)) == 1)
    #expect(world.peers.log.count == 5)
    #expect(world.peers.calls(.append) == 4)
  }
}
