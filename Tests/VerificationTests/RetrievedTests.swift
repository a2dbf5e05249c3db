import Cryptography
import Receipts
import Testing
import Wire

@testable import VerificationService

@Suite struct RetrievedTests {
  @Test("A later verdict finds what was retrieved among the openings that custody names, and covers it")
  func later() async throws {
    let body = VerificationFixture.body(
      #""max_tokens":3,"temperature":0,"documents":[{"collection":"book","count":1}]"#)
    let execution = try await Execution(
      body, retrieved: [RetrievedDocument(item: 0, asset: "book", contributor: "ada", text: "Rivers: Nile.")])
    let world = try QueueWorld()
    let (worker, _) = try await world.start()
    _ = try await worker.queue.request(try world.receipt(execution))
    try await QueueWorld.drain(world, worker)
    let id = execution.predicate.receiptID.description
    #expect(try world.storage.verdicts()[id]?.map(\.result) == [.pass])
    var lie = execution
    try lie.replace(
      .retrieved,
      RetrievedDocument.encode([RetrievedDocument(item: 0, asset: "book", contributor: "ada", text: "Bread.")]))
    let judged = try await worker.service.reexecute(lie.request, VerificationFixture.call())
    #expect(!judged.agrees)
  }
}
