/// All series of one metric name.
struct MetricFamily: Sendable {
  enum Kind: String, Sendable { case counter, gauge, histogram }

  let name: String
  let kind: Kind
  private var byLabels: [String: MetricSeries] = [:]

  init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// The series of these labels; past `limit` of them, the one that all later ones share.
  mutating func series(_ dimensions: [(String, String)], limit: Int) -> MetricSeries {
    let labels = Self.labels(dimensions)
    if let known = byLabels[labels] { return known }
    let kept = byLabels.count < limit ? labels : Self.labels(dimensions.map { ($0.0, "other") })
    if let known = byLabels[kept] { return known }
    let made = MetricSeries(isHistogram: kind == .histogram)
    byLabels[kept] = made
    return made
  }

  func text() -> String {
    byLabels.sorted { $0.key < $1.key }.reduce(into: "# TYPE \(name) \(kind.rawValue)\n") { out, series in
      series.value.write(name: name, labels: series.key, into: &out)
    }
  }

  /// `a="x",b="y"`, in order of name, values escaped as the format asks.
  static func labels(_ dimensions: [(String, String)]) -> String {
    dimensions.sorted { $0.0 < $1.0 }.map { key, value in
      let name = MetricsRegistry.name(key).replacing(":", with: "_")
      let text = value.prefix(200).reduce(into: "") { out, character in
        switch character {
        case "\\": out += "\\\\"
        case "\"": out += "\\\""
        case "\n", "\r\n": out += "\\n"
        default: out.append(character)
        }
      }
      return "\(name)=\"\(text)\""
    }.joined(separator: ",")
  }
}
