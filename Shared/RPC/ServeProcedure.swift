internal import HTTPTypes
public import Hummingbird
internal import NIOCore
public import Wire

extension RouterMethods where Context: CallRequestContext {
  /// Serves a unary procedure over Connect and, on an HTTP/2 listener, gRPC.
  ///
  /// An `RPCError` that the handler throws reaches the caller; any other error is logged, and the caller is told only
  /// that there was one. The handler's task is cancelled at the caller's deadline.
  public func serve<In: WireMessage, Out: WireMessage>(
    _ procedure: Procedure<In, Out>, limits: WireLimits = WireLimits(),
    handler: @escaping @Sendable (In, CallContext) async throws -> Out
  ) {
    post(RouterPath(procedure.path)) { request, context -> Response in
      guard let type = RPCMediaType(request.headers[.contentType]), type != .streaming,
        !type.isGRPC || context.identity.transport != .http1
      else { return unsupportedMediaType(offering: .unary, on: context.identity.transport) }
      return type.isGRPC
        ? grpcAnswer(request, context, type, limits) { (input: In, call, send: (Out) async throws -> Void) in
          try await send(handler(input, call))
        }
        : try await unaryAnswer(request, context, limits, handler)
    }
    refuseOtherMethods(procedure.path)
  }

  /// Serves a server-streaming procedure over Connect and, on an HTTP/2 listener, gRPC.
  ///
  /// Each `send` returns once the message is on its way to the socket and throws when the caller has gone. The handler's
  /// task is cancelled at the deadline and when the caller hangs up.
  public func serve<In: WireMessage, Out: WireMessage>(
    _ procedure: StreamingProcedure<In, Out>, limits: WireLimits = WireLimits(),
    handler: @escaping @Sendable (In, CallContext, (Out) async throws -> Void) async throws -> Void
  ) {
    post(RouterPath(procedure.path)) { request, context -> Response in
      guard let type = RPCMediaType(request.headers[.contentType]), type != .unary,
        !type.isGRPC || context.identity.transport != .http1
      else { return unsupportedMediaType(offering: .streaming, on: context.identity.transport) }
      return type.isGRPC
        ? grpcAnswer(request, context, type, limits, handler)
        : await streamingAnswer(request, context, limits, handler)
    }
    refuseOtherMethods(procedure.path)
  }

  /// The router knows paths and methods together; without these a GET would be answered "no such path".
  private func refuseOtherMethods(_ path: String) {
    for method in [HTTPRequest.Method.get, .head, .put, .patch, .delete, .options] {
      on(RouterPath(path), method: method) { _, _ in
        Response(status: .methodNotAllowed, headers: [.allow: "POST"])
      }
    }
  }
}

/// 415 with the types that would have done (the Accept-Post header).
func unsupportedMediaType(offering type: RPCMediaType, on transport: Transport) -> Response {
  let grpc = transport != .http1 ? ", \(RPCMediaType.grpc.rawValue), \(RPCMediaType.grpcProto.rawValue)" : ""
  return Response(status: .unsupportedMediaType, headers: [.acceptPost: type.rawValue + grpc])
}
