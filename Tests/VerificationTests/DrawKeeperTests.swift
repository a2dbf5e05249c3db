import Cryptography
import Exact
import RPC
import Receipts
import Stores
import Synchronization
import TestKit
import Testing
import Wire

@testable import InferenceService
@testable import VerificationService

@Suite struct DrawKeeperTests {
  /// An executor that replaces the second token, the same in every run: salts, keys and times are given.
  private static func liar(_ key: SigningKey) async throws -> Execution {
    let body = VerificationFixture.body(#""max_tokens":3,"temperature":0,"seed":7"#)
    var liar = try await Execution(body, salt: { [UInt8](repeating: 4, count: Opening.saltBytes) })
    var tokens = try liar.tokens
    tokens[1] = tokens[1] == 1000 ? 1001 : 1000
    let model = try await VerificationFixture.suite().inference.models.models[0].model
    try liar.replace(tokens: tokens, text: model.text(of: tokens))
    try liar.forge { ($0.startedUnixMs, $0.endedUnixMs) = (1, 2) }
    liar.key = key
    liar.modelStatement = try SignedStatement(signing: SignedStatement(liar.modelStatement).statement, with: key).bytes
    return liar
  }

  /// Receipts, their rate in basis points, and the counts k that the exact binomial interval holds:
  /// 2 * min(P(X <= k), P(X >= k)) >= 0.001, the terms summed without rounding (DrawTests sums those of 1,000 again).
  /// Each that is selected is executed again: fifty take seconds.
  static let samples = TestSize.pick([(24, 3000, 1...15)], long: [(24, 3000, 1...15), (1000, 500, 29...74)])

  @Test(
    "A lying executor under sampling is caught by each receipt that the draw selects, and by no other",
    arguments: samples)
  func sampling(count: Int, rate: Int, allowed: ClosedRange<Int>) async throws {
    // Seed, root and entries are the same in every run, and so is what is selected.
    let key = try SigningKey(seed: SHA256.hash([1]).bytes)
    let (seed, root) = (SHA256.hash([2]).bytes, SHA256.hash([3]))
    let world = try QueueWorld(custodian: key)
    world.storage.state.withLock { $0.root = root }
    let liar = try await Self.liar(key)
    let (worker, drawing) = try await world.start()
    var keeper = drawing
    keeper.random = { _ in seed }
    while try await keeper.advance() {}
    var requests: [String: VerdictRequest] = [:]
    var executions: [String: Digest32] = [:]
    for number in 1...count {
      let execution = try liar.under(number)
      let id = execution.predicate.receiptID.description
      let request = try world.receipt(execution, .sample(basisPoints: rate))
      (requests[id], executions[id]) = (request, try execution.statement.digest)
      _ = try await worker.queue.enlist(request)
    }
    // Nobody can tell before the epoch ends: neither is there a job, nor has the seed been seen.
    #expect(try await !keeper.advance())
    #expect(try await worker.queue.store.jobs.count() == 0)
    let open = try await worker.queue.status(GetVerdictRequest(receiptID: try #require(requests.keys.first), index: 9))
    #expect(!open.drawStatement.isEmpty && open.revealStatement.isEmpty)
    world.clock.now.add(300_000, ordering: .relaxed)
    while try await keeper.advance() {}
    let (again, _) = try await world.start()
    try await QueueWorld.drain(world, again)

    let verdicts = try world.storage.verdicts()
    let draw = try await again.queue.store.newestDraws(2)[1]
    let reveal = try RevealPredicate(SignedStatement(try #require(draw.reveal)).statement.predicate)
    let predicate = try DrawPredicate(SignedStatement(draw.statement).statement.predicate)
    #expect(Draw.commitment(to: reveal.seed) == predicate.seed && predicate.number == 0)
    #expect(reveal.seed == seed && reveal.root == root)
    var caught = 0
    for (id, request) in requests {
      let entry = SHA256.hash(request.receiptStatement)
      let isSelected = Draw.selects(Draw.draw(seed: seed, root: root, entry: entry), basisPoints: rate)
      caught += isSelected ? 1 : 0
      let found = verdicts[id] ?? []
      #expect(found.map(\.result) == (isSelected ? [.fail] : []), "\(id)")
      for verdict in found {
        #expect(verdict.execution == executions[id] && verdict.firstPosition == 1, "\(id)")
        #expect(verdict.finding.contains("the token at position 1 is not what the sampler picks"), "\(verdict.finding)")
      }
      #expect(request.index <= reveal.last)
    }
    #expect(allowed.contains(caught) && verdicts.count == caught, "\(caught) of \(count) were selected")
    let status = try await again.queue.status(GetVerdictRequest(receiptID: try #require(requests.keys.first), index: 9))
    #expect(status.drawStatement == draw.statement && status.revealStatement == draw.reveal)
  }

  @Test("Draws follow each other without a gap, only where receipts wait, and through failures at any call")
  func draws() async throws {
    let world = try QueueWorld()
    let execution = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    func advance(_ change: ((inout VerificationSettings) -> Void)? = nil) async throws {
      for attempt in 0..<12 {
        let (_, keeper) = try await world.start(change)
        world.storage.state.withLock { state in
          (state.failuresBefore, state.failuresAfter) = (attempt % 3 == 0 ? 1 : 0, attempt % 3 == 1 ? 1 : 0)
        }
        do { _ = try await keeper.advance() } catch is RPCError {}
      }
      world.storage.state.withLock { ($0.failuresBefore, $0.failuresAfter) = (0, 0) }
    }
    try await advance()
    world.clock.now.add(600_000, ordering: .relaxed)
    try await advance()
    let (worker, keeper) = try await world.start()
    #expect(try await worker.queue.store.newestDraws(9).map(\.number) == [0])
    for epoch in 1...3 {
      let request = try world.receipt(execution.under(epoch), .sample(basisPoints: 1))
      _ = try await worker.queue.enlist(request)
      #expect(try await !keeper.advance())
      // The last one ends by its size.
      if epoch < 3 { world.clock.now.add(300_000, ordering: .relaxed) }
      try await advance { if epoch == 3 { $0.drawEntries = 1 } }
    }
    let draws = try await worker.queue.store.newestDraws(9)
    #expect(draws.map(\.number) == [3, 2, 1, 0])
    for (next, draw) in zip(draws, draws.dropFirst()) {
      let reveal = try RevealPredicate(SignedStatement(try #require(draw.reveal)).statement.predicate)
      #expect(reveal.last == next.index && draw.revealIndex != nil && reveal.draw == SHA256.hash(draw.statement))
    }
    #expect(draws[0].reveal == nil)
    let entries = world.storage.state.withLock { $0.entries }
    #expect(Set(entries).count == entries.count)
  }

  @Test("A receipt that waits for its seed alone ends its epoch, and is never executed again for it")
  func seedAlone() async throws {
    let world = try QueueWorld()
    let (worker, keeper) = try await world.start()
    while try await keeper.advance() {}
    let execution = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    for (number, policy) in [(1, VerificationPolicy.never), (2, .onDemand)] {
      let bound = try world.receipt(execution.under(number), policy)
      let error = await #expect(throws: RPCError.self) { try await worker.queue.enlist(bound) }
      #expect(error?.code == .invalidArgument, "nothing of it waits")
    }
    let request = try world.receipt(execution.under(3), .never, isPending: true)
    for _ in 0..<2 { _ = try await worker.queue.enlist(request) }
    let asked = GetVerdictRequest(
      receiptID: try SignedStatement(request.receiptStatement).statement.subject, index: request.index)
    #expect(try await worker.queue.status(asked).revealStatement.isEmpty)
    #expect(try await !keeper.advance(), "not before its time")
    world.clock.now.add(300_000, ordering: .relaxed)
    while try await keeper.advance() {}
    let status = try await worker.queue.status(asked)
    let reveal = try RevealPredicate(SignedStatement(status.revealStatement).statement.predicate)
    #expect(reveal.draw == SHA256.hash(status.drawStatement) && request.index <= reveal.last)
    #expect(try await worker.queue.store.jobs.count() == 0 && status.state.isEmpty)
    // Told again, it waits for nothing, and begins no epoch.
    _ = try await worker.queue.enlist(request)
    world.clock.now.add(300_000, ordering: .relaxed)
    #expect(try await !keeper.advance())
  }
}
