internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Wire

/// Answers one unary Connect call: the message with 200, or the error as JSON with Connect's status for its code.
func unaryAnswer<In: WireMessage, Out: WireMessage>(
  _ request: Request, _ context: some CallRequestContext, _ limits: WireLimits,
  _ handler: @escaping @Sendable (In, CallContext) async throws -> Out
) async throws -> Response {
  let call = try IncomingCall(request, mediaType: .unary, context: context, limits: limits)
  do {
    let input: In = try await call.message(request)
    let callContext = call.context
    let output = try await withDeadline(call.context.deadline) { try await handler(input, callContext) }
    var body = try encoded(output)
    var headers: HTTPFields = [.contentType: RPCMediaType.unary.rawValue]
    if call.acceptsGzip, body.readableBytes > Gzip.worthwhileBytes {
      body = try Gzip.compress(body)
      headers[.contentEncoding] = "gzip"
    }
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
  } catch {
    throw call.failure(error)
  }
}

/// The bytes of a message.
func encoded(_ message: some WireMessage) throws -> ByteBuffer {
  var buffer = ByteBuffer()
  try message.encode(into: &buffer)
  return buffer
}
