/// A simulation as text: a line each contributor, two columns each policy.
public struct SimulationTable: Sendable {
  private let simulation: Simulation

  public init(_ simulation: Simulation) { self.simulation = simulation }

  public var text: String {
    let indices = simulation.policies.indices
    var rows = [["contributor"] + simulation.policies.flatMap { [$0.id, ""] }]
    for contributor in simulation.contributors {
      rows.append([contributor] + indices.flatMap { cells(contributor, $0) })
    }
    rows.append(["all"] + indices.flatMap { _ in [String(simulation.priceNano), "100.00 %"] })
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      row.enumerated().map { at, cell in
        let space = String(repeating: " ", count: widths[at] - cell.count)
        return at == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }
    // The last heading is empty.
    return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }

  private func cells(_ contributor: String, _ policy: Int) -> [String] {
    let share = simulation.basisPoints(contributor, under: policy)
    let hundredths = String(100 + share % 100).dropFirst()
    return [String(simulation.earned[policy][contributor, default: 0]), "\(share / 100).\(hundredths) %"]
  }
}
