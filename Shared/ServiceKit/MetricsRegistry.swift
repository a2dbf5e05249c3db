public import Metrics
internal import Synchronization

/// The process's metrics, in the text format that Prometheus scrapes (exposition format 0.0.4).
///
/// Names are made from swift-metrics labels by turning all but letters, digits, `_` and `:` into `_`. A metric keeps at
/// most `seriesMax` label sets: later ones are counted together under the label value `other`, so that no input can grow
/// the memory of the process.
public final class MetricsRegistry: Sendable {
  /// Seconds; from a cache hit to a long generation.
  public static let durationBuckets: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
  ]
  public let seriesMax: Int

  private let families = Mutex<[String: MetricFamily]>([:])

  public init(seriesMax: Int = 200) { self.seriesMax = seriesMax }

  func series(_ label: String, _ dimensions: [(String, String)], _ kind: MetricFamily.Kind) -> MetricSeries {
    let name = Self.name(label)
    return families.withLock { families in
      // A name keeps the kind it had first; the other kind gets a name of its own rather than a mixed family.
      let key = families[name].map { $0.kind == kind ? name : "\(name)_\(kind.rawValue)" } ?? name
      return families[key, default: MetricFamily(name: key, kind: kind)].series(dimensions, limit: seriesMax)
    }
  }

  /// The page that `/metrics` answers with.
  public func text() -> String {
    let families = families.withLock { $0.values.sorted { $0.name < $1.name } }
    return families.map { $0.text() }.joined()
  }

  static func name(_ label: String) -> String {
    let name = String(
      label.unicodeScalars.map { scalar -> Character in
        let isAllowed =
          scalar == "_" || scalar == ":"
          || scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        return isAllowed ? Character(scalar) : "_"
      })
    return name.first.map { ("0"..."9").contains($0) } ?? true ? "_" + name : name
  }
}

extension MetricsRegistry: MetricsFactory {
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    MetricHandle(series(label, dimensions, .counter))
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler { MetricHandle(series(label, dimensions, .counter)) }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    MetricHandle(series(label, dimensions, .gauge))
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler { MetricHandle(series(label, dimensions, aggregate ? .histogram : .gauge)) }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    MetricTimer(series(label, dimensions, .histogram))
  }

  // Series live as long as the process: a counter that went away and came back would look like a restart.
  public func destroyCounter(_ handler: any CounterHandler) {}
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  public func destroyMeter(_ handler: any MeterHandler) {}
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  public func destroyTimer(_ handler: any TimerHandler) {}
}
