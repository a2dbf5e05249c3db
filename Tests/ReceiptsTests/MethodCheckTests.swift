import Credit
import Testing

@testable import Receipts

/// What a verifier says of policies with other methods than the standard one's.
@Suite struct MethodCheckTests {
  private func world(_ method: AttributionMethod) throws -> World {
    var world = World()
    world.rules = try AttributionPolicy(
      id: "other", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: method)])
    return world
  }

  @Test func `metered shares recompute from the execution`() throws {
    var world = try world(.metered(Metered(perToken: 1, perMillisecond: 2)))
    #expect(try world.report()[.attribution]?.state == .pass)
    let execution = try #require(world.sealed().statements[.execution])
    #expect(
      try ExecutionPredicate(execution.statement.predicate).count(by: "op")
        == Metered.Count(contributor: "op", tokens: 20 + UInt64(World.tokens.count), milliseconds: 500))
    world.attribution = { $0.shares[0].contributor = "thief" }
    #expect(try world.report().failed == [.attribution])
  }

  @Test func `a policy credits what was asked for from its first day on`() throws {
    var world = World()
    func report(dayAfter days: UInt64) throws -> VerificationReport {
      world.rules = try AttributionPolicy(
        id: "later", roles: AttributionPolicy.standard.roles,
        effectiveFrom: UnixDay(unixMs: World.id.unixMs + days * 86_400_000))
      return try world.report()
    }
    let honest = try report(dayAfter: 0)
    #expect(honest[.attribution]?.state == .pass && !honest.detail(.attribution).contains("later statement"))
    #expect(try report(dayAfter: 1).failed == [.attribution])
  }

  @Test func `shares that only scores explain are not checked, and never pass`() throws {
    let report = try world(.feedback(judge: nil)).report()
    #expect(report[.attribution]?.state == .notChecked && report.failed.isEmpty)
    #expect(report[.attribution]?.detail.contains("feedback/1 needs scores") == true)
  }

  @Test func `what a judge may give later is nobody's in the receipt`() throws {
    var world = try world(.feedback(judge: "panel"))
    #expect(try world.report()[.attribution]?.state == .pass)
    world.attribution = { $0.shares[0].contributor = "rater" }
    #expect(try world.report().failed == [.attribution])
  }
}
