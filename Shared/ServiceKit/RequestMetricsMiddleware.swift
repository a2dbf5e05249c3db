internal import HTTPTypes
public import Hummingbird
internal import Logging
public import Metrics

/// Counts requests and their time by route, method and status, and logs each in one line.
///
/// The route is the pattern that matched, never the path that was asked for, so that no caller can make new series.
public struct RequestMetricsMiddleware<Context: RequestContext>: RouterMiddleware {
  private let factory: any MetricsFactory

  public init(factory: any MetricsFactory = MetricsSystem.factory) { self.factory = factory }

  public func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let record: @Sendable (Int) -> Void = { [factory] status in
      Self.record(context, request.method, status, ContinuousClock.now - start, factory)
    }
    do {
      var response = try await next(request, context)
      let status = response.status.code
      if response.body.contentLength != nil {
        record(status)
      } else {
        // A stream's time ends with its last byte.
        let body = response.body
        response.body = .init { writer in
          defer { record(status) }
          try await body.write(writer)
        }
      }
      return response
    } catch {
      record((error as? any HTTPResponseError)?.status.code ?? 500)
      throw error
    }
  }

  private static func record(
    _ context: Context, _ method: HTTPRequest.Method, _ status: Int, _ time: Duration, _ factory: any MetricsFactory
  ) {
    let route = context.endpointPath ?? "NotFound"
    let dimensions = [("route", route), ("method", methodName(method)), ("status", "\(status)")]
    Counter(label: "http_requests_total", dimensions: dimensions, factory: factory).increment()
    let (seconds, attoseconds) = time.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    Metrics.Timer(
      label: "http_request_duration_seconds", dimensions: [("route", route)], preferredDisplayUnit: .seconds,
      factory: factory
    ).recordNanoseconds(nanoseconds)
    let level: Logger.Level = status >= 500 ? .warning : HealthRoutes.paths.contains(route) ? .trace : .debug
    context.logger.log(
      level: level, "request",
      metadata: ["route": "\(route)", "status": "\(status)", "duration_us": "\(nanoseconds / 1000)"])
  }

  /// Methods are free text on the wire, label values are not.
  private static func methodName(_ method: HTTPRequest.Method) -> String {
    [.get, .head, .post, .put, .patch, .delete, .options].contains(method) ? method.rawValue : "other"
  }
}
