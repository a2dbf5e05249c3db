internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Wire

/// Answers one gRPC call, unary or server-streaming: on the wire they differ only in the number of messages.
///
/// gRPC's "Trailers-Only" form is out of reach, because the server ends each stream with an empty DATA frame: errors
/// always travel as real trailers after an empty body, which is as valid.
func grpcAnswer<In: WireMessage, Out: WireMessage>(
  _ request: Request, _ context: some CallRequestContext, _ type: RPCMediaType, _ limits: WireLimits,
  _ handler: @escaping @Sendable (In, CallContext, (Out) async throws -> Void) async throws -> Void
) -> Response {
  var headers: HTTPFields = [.contentType: type.rawValue, .grpcAcceptEncoding: "gzip, identity"]
  let call: IncomingCall
  do {
    call = try IncomingCall(request, mediaType: type, context: context, limits: limits)
  } catch {
    return Response(
      status: .ok, headers: headers, body: .init { try await $0.finish(grpcTrailers(error)) })
  }
  if call.acceptsGzip { headers[.grpcEncoding] = "gzip" }
  return Response(
    status: .ok, headers: headers,
    body: .init { writer in
      let sink = EnvelopeSink(writer, gzip: call.acceptsGzip)
      do {
        let input: In = try await call.message(request)
        try await untilHangUp(context.channel, context.identity.transport) {
          let failure = await sink.run(input, call, handler)
          try await sink.finish(grpcTrailers(failure))
        }
      } catch let error as RPCError {
        try await sink.finish(grpcTrailers(error))
      }
    })
}

/// `grpc-status` and, for an error, `grpc-message`.
func grpcTrailers(_ failure: RPCError?) -> HTTPFields {
  guard let failure else { return [.grpcStatus: "0"] }
  return [.grpcStatus: "\(failure.code.rawValue)", .grpcMessage: grpcEscaped(failure.message)]
}

/// gRPC's percent-encoding of messages: printable ASCII except '%' stays.
func grpcEscaped(_ message: String) -> String {
  let digits = Array("0123456789ABCDEF")
  return message.utf8.reduce(into: "") { out, byte in
    if (0x20...0x7E).contains(byte), byte != 0x25 {
      out.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      out += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
  }
}
