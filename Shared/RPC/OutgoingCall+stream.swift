internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Wire

extension OutgoingCall {
  /// Sends once and waits for the head of a stream.
  func openStream() async throws -> HTTPClientResponse {
    try await translatingErrors {
      let response = try await execute()
      let type = response.headers.first(name: "content-type")
      guard response.status == .ok else {
        let body = try await response.body.collect(upTo: client.options.limits.maxBytes)
        throw RPCError.reading(status: Int(response.status.code), body: body)
      }
      guard RPCMediaType(type) == .streaming else {
        throw RPCError(.unknown, "the peer answered \(path) with '\(type?.prefix(64) ?? "")', which is no stream")
      }
      return response
    }
  }

  /// Reads envelopes until the one that ends the stream, and throws the error that it holds.
  func readStream<Out: WireMessage>(
    _ response: HTTPClientResponse, _ receive: @escaping @Sendable (Out) async throws -> Void
  ) async throws {
    try await withDeadline(deadline) {
      try await translatingErrors {
        let encoding = response.headers.first(name: "connect-content-encoding")
        var buffer = ByteBuffer()
        var received = 0
        for try await chunk in response.body {
          received += chunk.readableBytes
          guard received <= client.options.streamBytesMax else {
            let limit = client.options.streamBytesMax
            throw RPCError(.resourceExhausted, "the stream of \(path) passes the limit of \(limit) bytes")
          }
          buffer.writeImmutableBuffer(chunk)
          while let envelope = try Envelope.read(from: &buffer, limit: client.options.limits.maxBytes) {
            let payload = try envelope.message(encoding: encoding, limit: client.options.limits.maxBytes)
            if envelope.isEnd {
              if let failure = try EndOfStream.failure(in: payload) { throw failure }
              return
            }
            let message: Out = try decoded(payload)
            do { try await receive(message) } catch { throw ReceiverFailure(cause: error) }
          }
          buffer.discardReadBytes()
        }
        throw RPCError(.unavailable, "the stream of \(path) broke off before its end")
      }
    }
  }
}
