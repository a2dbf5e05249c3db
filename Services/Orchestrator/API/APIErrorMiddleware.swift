internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceKit

/// Gives every failure of a public route the one form that clients read; causes go to the log.
struct APIErrorMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: ServiceRequestContext, next: (Request, ServiceRequestContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch let error as APIError {
      if error.status.code >= 500 { context.logger.warning("request not served", metadata: ["error": "\(error)"]) }
      return error.response
    } catch let error as HTTPError {
      return Self.translated(error, request).response
    } catch {
      context.logger.error("request failed", metadata: ["error": "\(String(reflecting: error))"])
      return APIError(
        .internalServerError, code: "internal_error", "Internal error; the log has the cause under this request id."
      ).response
    }
  }

  private static func translated(_ error: HTTPError, _ request: Request) -> APIError {
    switch error.status {
    case .notFound:
      APIError(
        .notFound, code: "unknown_url", "There is no \(request.method.rawValue) \(request.uri.path.prefix(256)) here.")
    default:
      APIError(error.status, code: "invalid_request", error.body ?? error.status.reasonPhrase)
    }
  }
}
