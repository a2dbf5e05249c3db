import Cryptography
import RPC
import Receipts
import Stores
import Synchronization
import Testing
import Wire

@testable import VerificationService

@Suite struct QueueTests {
  @Test("A verdict that is asked for is made from what storage keeps, once, and is in the log")
  func onDemand() async throws {
    let world = try QueueWorld()
    let (worker, _) = try await world.start()
    let execution = try await Execution()
    let request = try world.receipt(execution)
    #expect(try await worker.queue.request(request).state == "queued")
    #expect(try await worker.queue.request(request).state == "queued")
    try await QueueWorld.drain(world, worker)
    let id = execution.predicate.receiptID.description
    let status = try await worker.queue.status(GetVerdictRequest(receiptID: id, index: request.index))
    #expect(status.state == "registered" && status.drawStatement.isEmpty)
    let verdict = try SignedStatement(status.verdictStatement)
    #expect(
      verdict.statement.subjectDigest == SHA256.hash(request.receiptStatement)
        && verdict.isSigned(by: worker.service.key.publicKey))
    #expect(try world.storage.verdicts()[id]?.map(\.result) == [.pass])
    #expect(
      try await worker.queue.request(request) == VerdictStatus(state: "registered", verdictStatement: verdict.bytes))
    #expect(try await worker.queue.store.jobs.count() == 0)
  }

  @Test("A worker that dies or meets a storage that fails at any call leaves one verdict for each job")
  func faults() async throws {
    let world = try QueueWorld()
    let execution = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    let (asked, _) = try await world.start()
    for number in 0..<5 {
      _ = try await asked.queue.request(try world.receipt(execution.under(number)))
    }
    try await world.fail(attempts: 24)
    let (worker, _) = try await world.start()
    try await QueueWorld.drain(world, worker)
    let verdicts = try world.storage.verdicts()
    #expect(verdicts.count == 5 && verdicts.values.allSatisfy { $0.map(\.result) == [.pass] })
  }

  @Test("What can have no verdict says why, and is tried again when it is asked for again")
  func hopeless() async throws {
    let world = try QueueWorld()
    let (worker, _) = try await world.start()
    let execution = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    let request = try world.receipt(execution)
    let tokens = try #require(execution.openings[.tokens]).blob
    world.storage.state.withLock { $0.blobs[SHA256.hash(tokens)] = nil }
    _ = try await worker.queue.request(request)
    try await QueueWorld.drain(world, worker)
    let id = execution.predicate.receiptID.description
    let refused = try await worker.queue.status(GetVerdictRequest(receiptID: id))
    #expect(refused.state == "refused" && refused.refusal.contains("not kept any more"))
    _ = world.storage.put(tokens)
    #expect(try await worker.queue.request(request).state == "queued")
    try await QueueWorld.drain(world, worker)
    #expect(try world.storage.verdicts()[id]?.map(\.result) == [.pass])
  }

  @Test("A job waits for a model that is not here yet, and for a receipt that is not in the log yet")
  func waits() async throws {
    let world = try QueueWorld()
    let empty = try TemporaryFolder()
    let (without, _) = try await world.start { $0.models = empty.path }
    let execution = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    let request = try world.receipt(execution)
    let entries = world.storage.state.withLock { $0.entries }
    _ = try await without.queue.request(request)
    #expect(await without.round())
    world.clock.now.add(60_000, ordering: .relaxed)
    let (worker, _) = try await world.start()
    world.storage.state.withLock { $0.entries = [[0]] }
    #expect(await worker.round())
    #expect(try await worker.queue.store.jobs.count() == 1 && (try world.storage.verdicts()).isEmpty)
    world.storage.state.withLock { $0.entries = entries }
    world.clock.now.add(60_000, ordering: .relaxed)
    try await QueueWorld.drain(world, worker)
    #expect(try world.storage.verdicts().count == 1)
  }

  @Test("A verdict that is asked for again is superseded by one that names it, through deaths and faults too")
  func again() async throws {
    let world = try QueueWorld()
    let execution = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    let id = execution.predicate.receiptID.description
    let (asked, _) = try await world.start()
    var request = try world.receipt(execution)
    (request.supersedes, request.reason) = (SHA256.hash([1]).bytes, "mended")
    await #expect(throws: RPCError.self) { _ = try await asked.queue.request(request) }
    request.supersedes = []
    _ = try await asked.queue.request(request)
    try await QueueWorld.drain(world, asked)
    let first = try await asked.queue.status(GetVerdictRequest(receiptID: id)).verdictStatement
    for wrong in [
      (SHA256.hash(first).bytes, ""), ([1], "x"), (SHA256.hash(first).bytes, String(repeating: "x", count: 1025)),
    ] {
      (request.supersedes, request.reason) = wrong
      await #expect(throws: RPCError.self) { _ = try await asked.queue.request(request) }
    }
    var before = first
    for number in 1...2 {
      (request.supersedes, request.reason) = (SHA256.hash(before).bytes, "mended \(number)")
      #expect(try await asked.queue.request(request).state == "queued")
      try await world.fail(attempts: 6)
      try await QueueWorld.drain(world, asked)
      let status = try await asked.queue.request(request)
      #expect(status.state == "registered" && status.supersedingStatements.count == number)
      let predicate = try VerdictPredicate(SignedStatement(status.verdictStatement).statement.predicate)
      #expect(
        predicate.supersedes == Superseded(number: number, verdict: SHA256.hash(before), reason: "mended \(number)"))
      before = status.verdictStatement
    }
    let status = try await asked.queue.status(GetVerdictRequest(receiptID: id))
    #expect(status.verdictStatement == first && status.supersedingStatements.last == before)
    #expect(try world.storage.verdicts().mapValues(\.count) == [id: 1, "\(id)/1": 1, "\(id)/2": 1])
  }

  @Test("Pieces that do not fit together are refused before they are a job")
  func refused() async throws {
    let world = try QueueWorld()
    let (worker, _) = try await world.start()
    let (first, second) = (try await Execution(), try await Execution())
    let (one, two) = (try world.receipt(first), try world.receipt(second))
    for request in [
      VerdictRequest(receiptStatement: one.receiptStatement, custodyStatement: two.custodyStatement, index: 1),
      VerdictRequest(receiptStatement: one.custodyStatement, custodyStatement: one.custodyStatement, index: 1),
      VerdictRequest(receiptStatement: [1], custodyStatement: one.custodyStatement, index: 1), VerdictRequest(),
    ] {
      await #expect(throws: RPCError.self) { _ = try await worker.queue.request(request) }
      await #expect(throws: RPCError.self) { _ = try await worker.queue.enlist(request) }
    }
    // Of another policy than sampling, and of no place in the log.
    await #expect(throws: RPCError.self) { _ = try await worker.queue.enlist(one) }
    var sampled = try world.receipt(first.under(9), .sample(basisPoints: 5))
    sampled.index = 0
    await #expect(throws: RPCError.self) { _ = try await worker.queue.enlist(sampled) }
    await #expect(throws: RPCError.self) { _ = try await worker.queue.status(GetVerdictRequest(receiptID: "x")) }
    #expect(try await worker.queue.store.jobs.count() == 0)
  }
}

extension QueueWorld {
  /// Rounds of work of which one fails before the append, one behind it, and one not; each by a process that has nothing
  /// but the rows, a minute after another.
  func fail(attempts: Int) async throws {
    for attempt in 0..<attempts {
      let (worker, _) = try await start()
      storage.state.withLock { state in
        if attempt % 3 == 0 { state.failuresBefore = 1 }
        if attempt % 3 == 1 { state.failuresAfter = 1 }
      }
      _ = await worker.round()
      clock.now.add(60_000, ordering: .relaxed)
    }
    storage.state.withLock { ($0.failuresBefore, $0.failuresAfter) = (0, 0) }
  }

  /// Works until no job is due, a minute after another.
  static func drain(_ world: QueueWorld, _ worker: VerdictWorker) async throws {
    for _ in 0..<200 where try await worker.queue.store.jobs.count() > 0 {
      if await !worker.round() { world.clock.now.add(60_000, ordering: .relaxed) }
    }
    #expect(try await worker.queue.store.jobs.count() == 0)
  }
}
