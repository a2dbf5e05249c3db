internal import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// One call to a peer: its bytes, its deadline and its headers, which stay the same however often it is sent.
struct OutgoingCall: Sendable {
  let client: RPCClient
  let path: String
  let body: ByteBuffer
  let isCompressed: Bool
  let isEnveloped: Bool
  let deadline: ContinuousClock.Instant
  let context: CallContext?
  let trace: TraceContext

  init(
    _ client: RPCClient, path: String, message: some WireMessage, timeout: Duration, context: CallContext?,
    enveloped: Bool = false
  ) throws {
    self.client = client
    self.path = path
    self.context = context
    isEnveloped = enveloped
    let own = ContinuousClock.now + timeout
    deadline = context?.deadline.map { min($0, own) } ?? own
    trace = context?.traceparent.child() ?? .fresh()
    let plain: ByteBuffer
    do { plain = try message.wireBuffer() } catch {
      throw RPCError(.invalidArgument, "the message for \(path) cannot be sent: \(error)")
    }
    isCompressed = client.options.compressAboveBytes.map { plain.readableBytes > $0 } ?? false
    let packed = isCompressed ? try Gzip.compress(plain) : plain
    body =
      enveloped ? Envelope(flags: isCompressed ? Envelope.compressedFlag : 0, payload: packed).bytes : packed
  }

  /// Sends until an answer comes, while sending again is allowed and there is time.
  func repeating<Value: Sendable>(
    if idempotent: Bool, _ send: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let retries = client.options.retries
    return try await withDeadline(deadline) {
      var attempt = 1
      while true {
        do {
          return try await send()
        } catch let error as RPCError where error.code == .unavailable && idempotent && attempt < retries.attemptsMax {
          let pause = retries.pause(after: attempt)
          guard ContinuousClock.now + pause < deadline else { throw error }
          try await Task.sleep(for: pause, tolerance: .zero)
          attempt += 1
        }
      }
    }
  }

  /// Sends once and reads the whole answer.
  func unary<Out: WireMessage>() async throws -> Out {
    try await translatingErrors {
      let response = try await execute()
      let body = try await response.body.collect(upTo: client.options.limits.maxBytes)
      guard response.status == .ok else {
        throw RPCError.reading(status: Int(response.status.code), body: try plain(body, response))
      }
      return try decoded(try plain(body, response))
    }
  }

  /// Sends the request headers and body, and waits for the answer's head.
  func execute() async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: client.base + path)
    request.method = .POST
    request.headers = headers
    request.body = .bytes(body)
    let left = max(.zero, deadline - .now)
    return try await client.http.execute(request, deadline: .now() + .nanoseconds(Self.nanoseconds(left)))
  }

  private var headers: HTTPHeaders {
    var headers: HTTPHeaders = [
      "content-type": (isEnveloped ? RPCMediaType.streaming : .unary).rawValue,
      "connect-protocol-version": "1",
      "connect-timeout-ms": CallTimeout.connectText(max(.zero, deadline - .now)),
      "traceparent": trace.description,
      "user-agent": client.options.caller,
    ]
    let names =
      isEnveloped ? ("connect-content-encoding", "connect-accept-encoding") : ("content-encoding", "accept-encoding")
    if isCompressed { headers.add(name: names.0, value: "gzip") }
    if client.options.compressAboveBytes != nil { headers.add(name: names.1, value: "gzip") }
    if let id = context?.requestID { headers.add(name: "x-request-id", value: id) }
    if let token = client.options.token { headers.add(name: "authorization", value: "Bearer \(token)") }
    return headers
  }

  /// The answer's bytes without their content encoding.
  func plain(_ body: ByteBuffer, _ response: HTTPClientResponse) throws -> ByteBuffer {
    switch response.headers.first(name: "content-encoding") {
    case nil, "identity": return body
    case "gzip": return try Gzip.decompress(body, limit: client.options.limits.maxBytes)
    case let other?:
      throw RPCError(.internal, "the peer answered \(path) in encoding '\(other.prefix(32))', which is not supported")
    }
  }

  func decoded<Out: WireMessage>(_ body: ByteBuffer) throws -> Out {
    do { return try Out(wire: body, limits: client.options.limits) } catch {
      throw RPCError(.internal, "the answer to \(path) is not readable: \(error)")
    }
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max / 2 : min(whole, .max / 2) + attoseconds / 1_000_000_000
  }
}
