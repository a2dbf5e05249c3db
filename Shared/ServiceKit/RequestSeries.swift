internal import HTTPTypes
internal import Metrics
internal import Synchronization

/// The counter and the timer of each kind of request, made once: to make them is dearer than to answer a small request.
final class RequestSeries: Sendable {
  private struct Key: Hashable {
    let route: String
    let method: String
    let status: Int
  }

  private let factory: any MetricsFactory
  private let made = Mutex<[Key: (Counter, Metrics.Timer)]>([:])

  init(_ factory: any MetricsFactory) { self.factory = factory }

  func count(_ route: String, _ method: HTTPRequest.Method, _ status: Int, nanoseconds: Int64) {
    let (counter, timer) = made.withLock { made in
      let key = Key(route: route, method: Self.name(method), status: status)
      if let known = made[key] { return known }
      let fresh = make(key)
      made[key] = fresh
      return fresh
    }
    counter.increment()
    timer.recordNanoseconds(nanoseconds)
  }

  private func make(_ key: Key) -> (Counter, Metrics.Timer) {
    let route = ("route", key.route)
    return (
      Counter(
        label: "http_requests_total",
        dimensions: [route, ("method", key.method), ("status", "\(key.status)")], factory: factory),
      Metrics.Timer(
        label: "http_request_duration_seconds", dimensions: [route], preferredDisplayUnit: .seconds, factory: factory)
    )
  }

  /// Methods are free text on the wire, label values are not.
  private static func name(_ method: HTTPRequest.Method) -> String {
    [.get, .head, .post, .put, .patch, .delete, .options].contains(method) ? method.rawValue : "other"
  }
}
