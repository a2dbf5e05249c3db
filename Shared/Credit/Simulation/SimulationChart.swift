/// A simulation as an SVG 1.1 picture: a bar each policy, from the largest contributor to the smallest, with a legend.
public struct SimulationChart: Sendable {
  /// Contributors with a colour of their own; the others are one.
  static let shownMax = 11
  private static let width = 960
  private static let left = 170
  private static let barHeight = 34
  private static let gap = 14
  /// Paul Tol's muted scheme, which people with any kind of colour vision can tell apart, and greys behind it.
  private static let colours = [
    "#332288", "#88ccee", "#44aa99", "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499", "#777777",
    "#aaaaaa", "#dddddd",
  ]

  private let simulation: Simulation

  public init(_ simulation: Simulation) { self.simulation = simulation }

  public var svg: String {
    let contributors = simulation.contributors
    let shown = Array(contributors.prefix(Self.shownMax))
    let legend = shown + (contributors.count > shown.count ? ["\(contributors.count - shown.count) others"] : [])
    let top = 50
    let bars = top + simulation.policies.count * (Self.barHeight + Self.gap)
    let height = bars + 24 * legend.count + 20
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(Self.width) \(height)\" font-family=\"sans-serif\" font-size=\"14\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      "<text x=\"10\" y=\"28\" font-size=\"17\">\(simulation.requestCount) requests, \(simulation.priceNano) nano-units, "
        + "by policy</text>",
    ]
    for policy in simulation.policies.indices {
      lines += bar(policy, shown, y: top + policy * (Self.barHeight + Self.gap))
    }
    for (at, name) in legend.enumerated() {
      let y = bars + 24 * at
      lines.append("<rect x=\"\(Self.left)\" y=\"\(y)\" width=\"16\" height=\"16\" fill=\"\(Self.colours[at])\"/>")
      lines.append("<text x=\"\(Self.left + 24)\" y=\"\(y + 13)\">\(Self.escaped(name, 90))</text>")
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private func bar(_ policy: Int, _ shown: [String], y: Int) -> [String] {
    let id = simulation.policies[policy].id
    var lines = ["<text x=\"10\" y=\"\(y + 22)\">\(Self.escaped(id, 20))</text>"]
    let room = Self.width - Self.left - 10
    // From the sum up to here, so that rounding leaves no gap.
    var sum: Int128 = 0
    func x(_ nano: Int128) -> Int { simulation.priceNano == 0 ? 0 : Int(nano * Int128(room) / simulation.priceNano) }
    let rest = simulation.priceNano - shown.reduce(0) { $0 + simulation.earned[policy][$1, default: 0] }
    let parts = shown.map { ($0, simulation.earned[policy][$0, default: 0]) } + [("others", rest)]
    for (at, part) in parts.enumerated() where part.1 > 0 {
      let (from, to) = (x(sum), x(sum + part.1))
      sum += part.1
      lines.append(
        "<rect x=\"\(Self.left + from)\" y=\"\(y)\" width=\"\(to - from)\" height=\"\(Self.barHeight)\" "
          + "fill=\"\(Self.colours[at])\"><title>\(Self.escaped(part.0, 256)): \(part.1)</title></rect>")
    }
    return lines
  }

  /// An id, which is printable ASCII, as text of XML, cut where it is too long to be seen.
  private static func escaped(_ text: String, _ countMax: Int) -> String {
    let cut = text.count > countMax ? text.prefix(countMax - 1) + "…" : text[...]
    let entities: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"]
    return cut.map { entities[$0] ?? String($0) }.joined()
  }
}
