import Credit
import Cryptography
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

  @Test func `a policy that nobody lists fails, whatever of it is not served, not opened or not here`() throws {
    var (bare, closed) = (World(), try SpanCheckTests.world([SpanCheckTests.line(0, 0, 2)]))
    bare.absent = [.model]
    closed.openings = { $0[.spans] = nil }
    for world in [try world(.feedback(judge: nil)), bare, closed] {
      var trust = try World.trust()
      trust.attributionPolicies = [SHA256.hash([2])]
      #expect(try world.report(trust).failed == [.attribution])
      trust.attributionPolicies.append(try #require(world.sealed().statements[.policy]).digest)
      let listed = try world.report(trust)
      #expect(listed[.attribution]?.state == .notChecked && listed.failed.isEmpty, "\(listed.checks)")
    }
  }

  @Test func `under a policy that is not served all that needs no scores holds all the same`() throws {
    let lies: [(inout World) throws -> Void] = [
      { $0.frame = { if $0.kind == .policy { $0.subject = "another" } } },
      { $0.attribution = { $0.operatorID = "https://example.org/another" } },
      {
        $0.rules = try AttributionPolicy(
          id: "later", roles: $0.rules.roles, effectiveFrom: UnixDay(unixMs: World.id.unixMs + 86_400_000))
      },
    ]
    for (number, lie) in lies.enumerated() {
      var world = try world(.feedback(judge: nil))
      try lie(&world)
      #expect(try world.report().failed == [.attribution], "lie \(number)")
    }
  }

  @Test func `what a judge may give later is nobody's in the receipt`() throws {
    var world = try world(.feedback(judge: "panel"))
    #expect(try world.report()[.attribution]?.state == .pass)
    world.attribution = { $0.shares[0].contributor = "rater" }
    #expect(try world.report().failed == [.attribution])
  }
}
