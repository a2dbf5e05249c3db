import Codec
import Cryptography
import HTTPTypes
import Receipts
import Stores
import Synchronization
import Testing

@testable import OrchestratorService

@Suite("Epochs")
struct EpochTests {
  private static func receipt(_ id: String, _ service: OrchestratorService) async throws -> SignedStatement {
    try SignedStatement(try #require(try Bundle(try await service.bundle(id).body).statements[.receipt]))
  }

  @Test("Every receipt is counted by one epoch, whose proof is checked with the trust policy alone")
  func counted() async throws {
    let world = try World()
    let service = try await world.ready { $0.epochReceiptsMax = 3 }
    var ids: [String] = []
    for _ in 0..<7 { ids.append(try #require(try await service.chat().receiptID)) }
    let early = try await service.ask(.get, "/v1/receipts/\(ids[0])/epoch")
    #expect(early.status == 409 && early.errorCode == "epoch_pending")
    // Two are full; the third is closed by its age.
    await service.recovery.round()
    #expect(try await service.ask(.get, "/v1/receipts/\(ids[6])/epoch").status == 409)
    world.clock.add(600_000, ordering: .relaxed)
    await service.recovery.round()
    var firsts: [UInt64] = []
    for (at, id) in ids.enumerated() {
      let answer = try await service.ask(.get, "/v1/receipts/\(id)/epoch")
      #expect(answer.status == 200, "\(answer.text)")
      let proof = try EpochProof(answer.body)
      #expect(proof.sequence == UInt64(at + 1) && proof.receiptID.description == id)
      let found = try proof.verify(try await Self.receipt(id, service), policy: world.trust())
      firsts.append(found.epoch.first)
    }
    #expect(firsts == [1, 1, 1, 4, 4, 4, 7])
    let list = try await service.ask(.get, "/v1/epochs").json
    #expect(list["data"]?.arrayValue?.map { $0["last"] } == [.string("3"), .string("6"), .string("7")])
    #expect(try await service.ask(.get, "/v1/epochs?from=7").json["data"]?.arrayValue?.count == 1)
    #expect(try await service.ask(.get, "/v1/epochs?from=x").status == 400)
    #expect(try await service.ask(.get, "/v1/receipts/nothing/epoch").status == 404)
  }

  @Test("A receipt that is not in the log yet holds back those after it, and no epoch is signed twice")
  func gap() async throws {
    let world = try World()
    let service = try await world.ready()
    _ = try await service.chat()
    world.peers.set { $0.failuresBefore[.append] = 1 }
    let late = try #require(try await service.chat().receiptID)
    _ = try await service.chat()
    let outbox = service.pipeline.outbox
    #expect(try await outbox.uncounted(keyID: service.pipeline.keyID, limit: 9).digests.count == 1)
    world.clock.add(600_000, ordering: .relaxed)
    await service.recovery.round()
    let closed = try await outbox.epochs(keyID: service.pipeline.keyID, from: 1, limit: 9)
    #expect(closed.map(\.last) == [3])
    let next = try await world.ready()
    let again = try await next.pipeline.outbox.epochs(keyID: next.pipeline.keyID, from: 1, limit: 9)
    #expect(again.map(\.statement) == closed.map(\.statement) && again.allSatisfy { $0.index != nil })
    let epoch = try EpochPredicate(try SignedStatement(closed[0].statement).statement.predicate)
    await #expect(throws: OutboxError.epochClosed(first: 1)) { try await outbox.close(epoch, closed[0].statement) }
    #expect(try await next.ask(.get, "/v1/receipts/\(late)/epoch").status == 200)
  }

  @Test("An epoch that the log does not take is offered again, also by the next process")
  func offeredAgain() async throws {
    let world = try World()
    let service = try await world.ready()
    let id = try #require(try await service.chat().receiptID)
    world.clock.add(600_000, ordering: .relaxed)
    world.peers.set { $0.failuresBefore[.append] = 1 }
    await service.recovery.round()
    #expect(try await service.ask(.get, "/v1/receipts/\(id)/epoch").status == 409)
    let next = try await world.ready()
    #expect(try await next.ask(.get, "/v1/receipts/\(id)/epoch").status == 200)
  }
}
