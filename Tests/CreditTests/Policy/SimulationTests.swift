import Testing

@testable import Credit

@Suite struct SimulationTests {
  private func simulation() throws -> Simulation {
    let equal = try AttributionPolicy(
      id: "equal<&>", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .equal(["lab", "x"]))])
    var simulation = try Simulation([.standard, equal])
    for price in [100_000, 50_001] as [UInt64] {
      try simulation.add(
        Simulation.Request(id: "r", lineage: try diamond(), operatorID: "op", usage: nil, priceNano: price))
    }
    return simulation
  }

  @Test func everyPolicySharesAllThatWasPaid() throws {
    let simulation = try simulation()
    for amounts in simulation.earned { #expect(amounts.values.reduce(0, +) == 150_001) }
    #expect(simulation.priceNano == 150_001 && simulation.requestCount == 2)
    #expect(simulation.contributors.first == "tuner" && simulation.contributors.last == "x")
    #expect(simulation.earned[1] == ["lab": 75_001, "x": 75_000])
    #expect(simulation.basisPoints("lab", under: 1) == 5_000 && simulation.basisPoints("op", under: 1) == 0)
  }

  @Test func theTableHasALineEach() throws {
    let lines = SimulationTable(try simulation()).text.split(separator: "\n")
    #expect(lines.count == 1 + 7 + 1)
    #expect(lines[0].contains("default/1") && lines[0].contains("equal<&>"))
    #expect(lines[8].hasPrefix("all") && lines[8].hasSuffix("150001  100.00 %"))
    #expect(lines.contains { $0.hasPrefix("x ") && $0.hasSuffix("75000   49.99 %") })
  }

  @Test func theChartIsOnePictureWithoutForeignMarks() throws {
    let svg = SimulationChart(try simulation()).svg
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("equal&lt;&amp;&gt;") && !svg.contains("equal<"))
    // A rectangle behind it, six contributors and two, and seven in the legend.
    #expect(svg.components("<rect ") == 1 + 6 + 2 + 7)
  }

  @Test func aCrowdIsDrawnAsOthers() throws {
    let crowd = (0..<40).map { "c\($0)" }
    var simulation = try Simulation([
      AttributionPolicy(
        id: "crowd", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .equal(crowd))])
    ])
    try simulation.add(Simulation.Request(id: "r", lineage: nil, operatorID: "op", usage: nil, priceNano: 4_000))
    let svg = SimulationChart(simulation).svg
    #expect(svg.contains("29 others") && svg.components("<rect ") == 1 + 12 + 12)
    #expect(svg.contains("<title>others: 2900</title>"))
  }

  @Test func policiesAreFewAndDistinctAndARequestCountsWholeOrNot() throws {
    #expect(throws: CreditError.empty(what: "policies")) { try Simulation([]) }
    #expect(throws: CreditError.duplicate(what: "policy", "default/1")) { try Simulation([.standard, .standard]) }
    let needy = try AttributionPolicy(
      id: "needy", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .feedback(judge: nil))])
    var simulation = try Simulation([.standard, needy])
    #expect(throws: CreditError.noScores(method: "feedback/1")) {
      try simulation.add(Simulation.Request(id: "r", lineage: nil, operatorID: "op", usage: nil, priceNano: 1))
    }
    #expect(simulation.requestCount == 0 && simulation.earned.allSatisfy(\.isEmpty))
    #expect(SimulationTable(simulation).text.contains("all"))
    #expect(SimulationChart(simulation).svg.contains("0 requests"))
    let many = try (0..<9).map { try AttributionPolicy(id: "p\($0)", roles: AttributionPolicy.standard.roles) }
    #expect(throws: CreditError.tooMany(what: "policies side by side", count: 9, limit: 8)) { try Simulation(many) }
  }
}

extension String {
  /// How often a part stands in it.
  fileprivate func components(_ part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }
}
