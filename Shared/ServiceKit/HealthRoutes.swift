internal import HTTPTypes
public import Hummingbird
internal import NIOCore

/// What operators ask every service: `/healthz`, `/readyz` and `/metrics`. None of them needs a token.
public struct HealthRoutes: Sendable {
  static let paths: Set<String> = ["/healthz", "/readyz", "/metrics"]

  private let readiness: Readiness
  private let metrics: MetricsRegistry

  public init(readiness: Readiness, metrics: MetricsRegistry) {
    self.readiness = readiness
    self.metrics = metrics
  }

  public func add(to router: some RouterMethods) {
    router.get("/healthz") { _, _ in Self.json(.ok, #"{"status":"ok"}"#) }
    router.get("/readyz") { [readiness] _, _ in
      let faults = await readiness.faults()
      guard !faults.isEmpty else { return Self.json(.ok, #"{"status":"ready"}"#) }
      let reasons = faults.map { fault in
        var line = JSONLine()
        line.add("check", fault.name)
        line.add("reason", String(fault.reason.prefix(500)))
        return line.finished()
      }
      return Self.json(
        .serviceUnavailable, #"{"status":"not_ready","reasons":["# + reasons.joined(separator: ",") + "]}")
    }
    router.get("/metrics") { [metrics] _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
    }
  }

  private static func json(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
