import TestKit
import Testing

@testable import Exact
@testable import ExactReference

/// Claims that are checked together, held against each of them alone.
@Suite struct ReexecutionBatchTests {
  typealias Result = Swift.Result<Summary, GenerationError>

  struct Summary: Equatable {
    let outcome: Reexecution.Outcome
    let positions: Int

    init(_ done: Reexecution) { (outcome, positions) = (done.outcome, done.positions) }
  }

  private static let roster = Swift.Result { try ClaimRoster() }

  /// What comes of each claim, by its index; each must be told once.
  static func check(
    _ claims: [Reexecution.Claim], in batch: ReexecutionBatch, isCancelled: (Int) -> Bool = { _ in false }
  ) -> [Result?] {
    var results = [Result?](repeating: nil, count: claims.count)
    Reexecution.check(claims, in: batch, isCancelled: isCancelled) { index, result in
      #expect(results[index] == nil, "told twice")
      results[index] = result.map(Summary.init)
    }
    return results
  }

  static func alone(_ roster: ClaimRoster) throws -> [Result] {
    let pool = try ThreadPool(threads: 1)
    return roster.claims.map { _, claim in
      do throws(GenerationError) {
        return .success(Summary(try Reexecution.check(claim, on: roster.model, pool: pool)))
      } catch { return .failure(error) }
    }
  }

  @Test("the roster has every kind of outcome, and each claim has its own")
  func kinds() throws {
    let roster = try Self.roster.get()
    let results = try Dictionary(uniqueKeysWithValues: zip(roster.claims.map(\.name), Self.alone(roster)))
    func outcome(_ name: String) throws -> Reexecution.Outcome { try #require(results[name]).get().outcome }
    for name in [
      "short", "one token of prompt and answer", "sampled", "long", "stopped", "choices",
      "choices of which some are empty", "nothing but empty choices", "greedy", "sampled row by row",
    ] {
      #expect(try outcome(name) == .agrees, "\(name)")
    }
    func token(_ position: Int) -> Reexecution.Outcome {
      .diverges(position: position, finding: .token(position: position))
    }
    #expect(try outcome("token 0 of choice 0") == token(0))
    for (name, place) in [("greedy", 70), ("sampled", 44)] {
      for lie in ["another token", "poison"] { #expect(try outcome("\(name), \(lie)") == token(place)) }
      #expect(try outcome("\(name), another head") == .diverges(position: nil, finding: .head))
    }
    #expect(try outcome("a token of no vocabulary") == token(5))
    #expect(try outcome("head") == .diverges(position: nil, finding: .head))
    #expect(try outcome("list") == .diverges(position: 30, finding: .list(position: 30)))
    #expect(try outcome("salt") == .diverges(position: 0, finding: .activation(position: 0)))
    #expect(try outcome("text") == .diverges(position: nil, finding: .text(choice: 1)))
    for name in ["short list", "prompt", "seed", "end", "fewer choices", "above the limit", "goes on after the end"] {
      #expect(try outcome(name) != .agrees, "\(name)")
    }
    for name in [
      "no prompt", "no tokens allowed", "outside the context", "no salt", "no temperature", "an empty stop",
      "a prompt of no vocabulary",
    ] {
      #expect(throws: GenerationError.self, "\(name)") { try outcome(name) }
    }
    let overflow = GenerationError.model(.nonFinite(stage: "the attention norm", layer: 0))
    for name in ["a prompt that is not finite", "a prompt that is not finite at its end"] {
      #expect(throws: overflow, "\(name)") { try outcome(name) }
    }
    #expect(try outcome("an answer that is not finite") == token(12))
    #expect(try outcome("an answer that is not finite behind a lie") == token(3))
    #expect(try outcome("a last token that nobody computes") == token(29))
  }

  @Test(
    "what comes of a claim is what comes of it alone, in any order, however passes are cut and pages are short",
    arguments: [(1, 4096), (7, 64), (64, 512), (256, 4096)])
  func together(passTokens: Int, positionsMax: Int) throws {
    let roster = try Self.roster.get()
    let alone = try Self.alone(roster)
    var random = SplitMix64(state: UInt64(passTokens))
    // A pass of one token is slow, and has one order: nobody ever shares it.
    let orders = passTokens == 1 ? 1 : TestSize.pick(3, long: 12)
    for turn in 0..<orders {
      var order = Array(roster.claims.indices)
      if turn == 1 { order.reverse() }
      if turn > 1 { order.shuffle(using: &random) }
      let batch = ReexecutionBatch(
        model: roster.model, pool: try ThreadPool(threads: 1 + turn % 3), passTokens: passTokens,
        positionsMax: positionsMax)
      let results = Self.check(order.map { roster.claims[$0].claim }, in: batch)
      for (place, index) in order.enumerated() {
        #expect(results[place] == alone[index], "\(roster.claims[index].name), order \(turn)")
      }
    }
  }

  @Test("a claim that is cancelled at any time ends alone, as cancelled or with what it had come to")
  func cancelled() throws {
    let roster = try Self.roster.get()
    let alone = try Self.alone(roster)
    let claims = roster.claims.map(\.claim)
    let batch = ReexecutionBatch(
      model: roster.model, pool: try ThreadPool(threads: 2), passTokens: 40, positionsMax: 1024)
    var ends: Set<Bool> = []
    for (turn, patience) in [0, 1, 3, 8].enumerated() {
      var asked = [Int](repeating: 0, count: claims.count)
      let results = Self.check(claims, in: batch) { index in
        asked[index] += 1
        return index % 4 == turn && asked[index] > patience
      }
      for (index, result) in results.enumerated() {
        let isCancelled = result == .failure(.cancelled)
        #expect(isCancelled ? index % 4 == turn : result == alone[index], "\(roster.claims[index].name)")
        if index % 4 == turn, case .success = alone[index] { ends.insert(isCancelled) }
      }
    }
    #expect(ends == [true, false])
    // One that has nothing to compute is never asked.
    #expect(Self.check(claims, in: batch) { _ in true }.filter { $0 != .failure(.cancelled) }.count > 0)
  }

  @Test("short claims share a pass, those that find no pages wait, and each is told as soon as it has ended")
  func shared() throws {
    let roster = try Self.roster.get()
    let short = try #require(roster.claims.first { $0.name == "short" }).claim
    let claims = [Reexecution.Claim](repeating: short, count: 8)
    /// How often the last is asked, and how many have ended each time.
    func asked(_ positionsMax: Int) throws -> [Int] {
      let pool = try ThreadPool(threads: 2)
      let batch = ReexecutionBatch(model: roster.model, pool: pool, positionsMax: positionsMax)
      var (ended, asked): (Int, [Int]) = (0, [])
      Reexecution.check(
        claims, in: batch,
        isCancelled: { index in
          if index == 7 { asked.append(ended) }
          return false
        }, ended: { _, _ in ended += 1 })
      #expect(ended == 8)
      return asked
    }
    // Before the one pass of all, and before its one block of rows.
    #expect(try asked(8 * 64) == [0, 0])
    // Two at a time have a page.
    #expect(try asked(2 * 64) == [0, 2, 4, 6, 6])
    // No limit keeps the oldest from running.
    #expect(try asked(0) == [0, 1, 2, 3, 4, 5, 6, 7, 7])
  }

  @Test("no claims are none, and one claim is the claim alone")
  func few() throws {
    let roster = try Self.roster.get()
    let pool = try ThreadPool(threads: 1)
    #expect(Self.check([], in: ReexecutionBatch(model: roster.model, pool: pool)).isEmpty)
    var told = 0
    Reexecution.check([roster.claims[0].claim], on: roster.model, pool: pool) { index, result in
      #expect(index == 0 && (try? result.get().outcome) == .agrees)
      told += 1
    }
    #expect(told == 1)
  }
}
