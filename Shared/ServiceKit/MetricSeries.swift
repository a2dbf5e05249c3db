internal import Metrics
internal import Synchronization

/// One number, or one histogram, of one label set.
final class MetricSeries: Sendable {
  private struct State {
    var value = 0.0
    var count = 0
    var buckets: [Int]
  }

  private let isHistogram: Bool
  private let state: Mutex<State>

  init(isHistogram: Bool) {
    self.isHistogram = isHistogram
    state = Mutex(State(buckets: isHistogram ? .init(repeating: 0, count: MetricsRegistry.durationBuckets.count) : []))
  }

  func add(_ amount: Double) { state.withLock { $0.value += amount } }
  func set(_ value: Double) { state.withLock { $0.value = value } }

  func observe(_ value: Double) {
    state.withLock { state in
      state.value += value
      state.count += 1
      if let at = MetricsRegistry.durationBuckets.firstIndex(where: { value <= $0 }) { state.buckets[at] += 1 }
    }
  }

  func record(_ value: Double) { isHistogram ? observe(value) : set(value) }

  func write(name: String, labels: String, into out: inout String) {
    let now = state.withLock { $0 }
    let braced = labels.isEmpty ? "" : "{\(labels)}"
    guard isHistogram else {
      out += "\(name)\(braced) \(Self.number(now.value))\n"
      return
    }
    var below = 0
    for (bound, count) in zip(MetricsRegistry.durationBuckets, now.buckets) {
      below += count
      out += "\(name)_bucket{\(labels)\(labels.isEmpty ? "" : ",")le=\"\(Self.number(bound))\"} \(below)\n"
    }
    out += "\(name)_bucket{\(labels)\(labels.isEmpty ? "" : ",")le=\"+Inf\"} \(now.count)\n"
    out += "\(name)_sum\(braced) \(Self.number(now.value))\n"
    out += "\(name)_count\(braced) \(now.count)\n"
  }

  /// Whole numbers without a fraction.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}

/// What swift-metrics holds of a series that counts or is set.
final class MetricHandle: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
  private let series: MetricSeries
  init(_ series: MetricSeries) { self.series = series }

  // Counters only grow: a negative step is a bug of the caller, and is left out.
  func increment(by amount: Int64) { if amount > 0 { series.add(Double(amount)) } }
  // A meter may be moved both ways through the same requirement; it moves down by `decrement`.
  func increment(by amount: Double) { if amount > 0 { series.add(amount) } }
  func decrement(by amount: Double) { series.add(-amount) }
  func set(_ value: Int64) { series.set(Double(value)) }
  func set(_ value: Double) { series.set(value) }
  func record(_ value: Int64) { series.record(Double(value)) }
  func record(_ value: Double) { series.record(value) }
  func reset() { series.set(0) }
}

/// What swift-metrics holds of a timer: nanoseconds in, seconds out.
final class MetricTimer: TimerHandler {
  private let series: MetricSeries
  init(_ series: MetricSeries) { self.series = series }

  func recordNanoseconds(_ duration: Int64) { series.observe(Double(duration) / 1e9) }
}
