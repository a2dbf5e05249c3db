public import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
public import Wire

/// Calls one peer with the Connect protocol over HTTP/1.1.
public struct RPCClient: Sendable {
  public struct Options: Sendable {
    /// Ceilings of each message that comes back.
    public var limits = WireLimits()
    /// The bytes that one stream may bring in all.
    public var streamBytesMax = 256 << 20
    /// Sent as `Authorization: Bearer`. Never logged.
    public var token: String?
    /// How this program names itself to the peer, a `User-Agent`.
    public var caller = "colophon"
    public var retries = RetryPolicy()
    /// Requests above this many bytes go out gzipped, and gzip is accepted back. Off by default: on one machine a
    /// hop is cheaper than compressing for it.
    public var compressAboveBytes: Int?

    public init() {}
  }

  let http: HTTPClient
  let base: String
  let options: Options

  /// - Parameters:
  ///   - http: Made with `httpConfiguration`. `HTTPClient.shared` will not do: it decompresses by its own rules, and to
  ///     it a peer that refuses connections looks like one that never answers.
  ///   - base: Scheme, host and port of the peer, as `http://127.0.0.1:8083`.
  public init(http: HTTPClient, base: String, options: Options = Options()) {
    self.http = http
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.options = options
  }

  /// How the HTTP client under this one has to be set up: no redirects, no retries and no decompression of its own.
  public static var httpConfiguration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
    configuration.timeout.connect = .seconds(5)
    // A peer that refuses is unavailable now: whether to try again is decided here, within the deadline of the call.
    configuration.connectionPool.retryConnectionEstablishment = false
    // Shorter than the time after which the services close idle connections, or a call could meet the closing.
    configuration.connectionPool.idleTimeout = .seconds(30)
    return configuration
  }

  /// Calls a unary procedure. Throws `RPCError`, or `CancellationError` when this task is cancelled.
  ///
  /// - Parameters:
  ///   - timeout: The time for the call in all, repeats and pauses included. The peer is told what is left of it.
  ///   - context: The call that this one is made for. Its request id and trace go along, and its deadline holds too.
  public func call<In: WireMessage, Out: WireMessage>(
    _ procedure: Procedure<In, Out>, _ input: In, timeout: Duration, context: CallContext? = nil
  ) async throws -> Out {
    let call = try OutgoingCall(self, path: procedure.path, message: input, timeout: timeout, context: context)
    return try await call.repeating(if: procedure.isIdempotent) { try await call.unary() }
  }

  /// Calls a server-streaming procedure. The call starts now; dropping the stream or its iterator cancels it.
  ///
  /// - Parameters: As those of `call`. A stream is started again only while it has brought no message.
  public func stream<In: WireMessage, Out: WireMessage>(
    _ procedure: StreamingProcedure<In, Out>, _ input: In, timeout: Duration, context: CallContext? = nil
  ) -> AsyncThrowingStream<Out, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let call = try OutgoingCall(
            self, path: procedure.path, message: input, timeout: timeout, context: context, enveloped: true)
          let response = try await call.repeating(if: procedure.isIdempotent) { try await call.openStream() }
          try await call.readStream(response) { (message: Out) in continuation.yield(message) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Calls a server-streaming procedure and hands over each message when the one before is done with: the peer sends no
  /// faster than `receive` takes. An error that `receive` throws ends the call. Not repeated once a message has come.
  public func receive<In: WireMessage, Out: WireMessage>(
    _ procedure: StreamingProcedure<In, Out>, _ input: In, timeout: Duration, context: CallContext? = nil,
    _ receive: @escaping @Sendable (Out) async throws -> Void
  ) async throws {
    let call = try OutgoingCall(
      self, path: procedure.path, message: input, timeout: timeout, context: context, enveloped: true)
    let response = try await call.repeating(if: procedure.isIdempotent) { try await call.openStream() }
    try await call.readStream(response, receive)
  }
}

/// Some libraries log the values that they are given, with all that is inside: what holds the token shows none of it.
extension RPCClient: CustomStringConvertible, CustomReflectable {
  public var description: String { "RPCClient(\(base))" }
  public var customMirror: Mirror { Mirror(self, children: ["base": base]) }
}

extension RPCClient.Options: CustomStringConvertible, CustomReflectable {
  public var description: String { "RPCClient.Options(caller: \(caller))" }
  public var customMirror: Mirror { Mirror(self, children: ["caller": caller]) }
}
