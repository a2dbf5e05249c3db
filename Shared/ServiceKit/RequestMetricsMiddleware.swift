public import Hummingbird
internal import Logging
public import Metrics

/// Counts requests and their time by route, method and status, and logs each in one line.
///
/// The route is the pattern that matched, never the path that was asked for, so that no caller can make new series.
public struct RequestMetricsMiddleware<Context: RequestContext>: RouterMiddleware {
  private let series: RequestSeries

  public init(factory: any MetricsFactory = MetricsSystem.factory) { series = RequestSeries(factory) }

  public func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let record: @Sendable (Int) -> Void = { [series] status in
      let (seconds, attoseconds) = (ContinuousClock.now - start).components
      let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
      let route = context.endpointPath ?? "NotFound"
      series.count(route, request.method, status, nanoseconds: nanoseconds)
      let level: Logger.Level = status >= 500 ? .warning : HealthRoutes.paths.contains(route) ? .trace : .debug
      context.logger.log(
        level: level, "request",
        metadata: ["route": "\(route)", "status": "\(status)", "duration_us": "\(nanoseconds / 1000)"])
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
}
