internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Wire

/// Answers one server-streaming Connect call. The status is always 200: how the call went is in its last envelope.
func streamingAnswer<In: WireMessage, Out: WireMessage>(
  _ request: Request, _ context: some CallRequestContext, _ limits: WireLimits,
  _ handler: @escaping @Sendable (In, CallContext, (Out) async throws -> Void) async throws -> Void
) async -> Response {
  var headers: HTTPFields = [.contentType: RPCMediaType.streaming.rawValue, .connectAcceptEncoding: "gzip"]
  let transport = context.identity.transport
  let channel = context.channel
  do {
    let call = try IncomingCall(request, mediaType: .streaming, context: context, limits: limits)
    if call.acceptsGzip { headers[.connectContentEncoding] = "gzip" }
    // Read before the head goes out: a caller that waits for "100 Continue" sends nothing after a 200.
    let input: In
    do { input = try await call.message(request) } catch { throw call.failure(error) }
    return Response(
      status: .ok, headers: headers,
      body: .init { writer in
        let sink = EnvelopeSink(writer, gzip: call.acceptsGzip)
        try await untilHangUp(channel, transport) {
          let failure = await sink.run(input, call, handler)
          try await sink.finish(EndOfStream(failure).envelope)
        }
      })
  } catch {
    let refusal = error as? RPCError ?? .unexpected
    return Response(
      status: .ok, headers: headers,
      body: .init { writer in
        try await writer.write(EndOfStream(refusal).envelope.bytes)
        try await writer.finish(nil)
      })
  }
}
