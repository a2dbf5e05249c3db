public import HTTPTypes
public import Hummingbird
internal import Logging
internal import NIOCore
public import RPC

/// Gives each request an identity and makes sure that each ends as an answer that names it.
///
/// A valid `x-request-id` is kept, anything else replaced; `traceparent` is continued. Both go into the logger's metadata,
/// and the id into the answer, also when the route threw. It has to be the outermost middleware.
public struct RequestIdentityMiddleware<Context: CallRequestContext>: RouterMiddleware {
  public init() {}

  public func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var context = context
    if let id = request.headers[.requestID], RequestID.isAcceptable(id) { context.identity.requestID = id }
    if let trace = request.headers[.traceparent].flatMap({ TraceContext($0) }) {
      context.identity.trace = trace.child()
    }
    if let agent = request.headers[.userAgent]?.prefix(128), RequestID.isAcceptable(String(agent)) {
      context.identity.caller = String(agent)
    }
    context.logger[metadataKey: "request_id"] = "\(context.identity.requestID)"
    context.logger[metadataKey: "trace_id"] = "\(context.identity.trace.traceID)"
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as any HTTPResponseError {
      response = try error.response(from: request, context: context)
    } catch {
      context.logger.error("request failed", metadata: ["error": "\(String(reflecting: error))"])
      response = try RPCError(.internal, "internal error; the log has the cause under this request id")
        .response(from: request, context: context)
    }
    response.headers[.requestID] = context.identity.requestID
    return response
  }
}

extension HTTPField.Name {
  static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
    return field
  }

  public static let requestID = known("X-Request-Id")
  public static let traceparent = known("Traceparent")
}
