public import Hummingbird
public import Logging
public import NIOCore

/// How a request came in, which decides what may be sent back.
public enum Transport: Sendable, Hashable {
  /// No socket: a test, or a call inside the process. Nothing can be learned about the caller leaving.
  case inProcess
  case http1
  /// HTTP/2 by prior knowledge: the only socket that carries gRPC.
  case http2
}

/// Who asks, and in which trace.
public struct CallIdentity: Sendable {
  public var requestID: String
  public var trace: TraceContext
  /// The caller as it names itself. Only a label for logs: what it may do is decided by its token.
  public var caller: String?
  public var transport: Transport

  public init(
    requestID: String, trace: TraceContext = .fresh(), caller: String? = nil, transport: Transport = .inProcess
  ) {
    self.requestID = requestID
    self.trace = trace
    self.caller = caller
    self.transport = transport
  }
}

/// A request context that knows who asks.
public protocol CallRequestContext: RequestContext {
  var identity: CallIdentity { get set }
  /// The connection or stream that the request came on, watched for its closing; nil when there is none.
  var channel: (any Channel)? { get }
}

/// What a handler knows about one call beside its message, and what it hands on to the calls it makes.
public struct CallContext: Sendable {
  /// Carries `request_id` and `trace_id`.
  public var logger: Logger
  public var identity: CallIdentity
  /// When the caller stops waiting; nil when it set no limit.
  public var deadline: ContinuousClock.Instant?

  public init(logger: Logger, identity: CallIdentity, deadline: ContinuousClock.Instant? = nil) {
    self.logger = logger
    self.identity = identity
    self.deadline = deadline
  }

  public var requestID: String { identity.requestID }
  public var traceparent: TraceContext { identity.trace }
  public var caller: String? { identity.caller }

  /// The time left, nil when the caller set no limit. Never negative.
  public var timeLeft: Duration? { deadline.map { max(.zero, $0 - .now) } }
}

extension CallRequestContext {
  /// This request as a call, for handlers of plain HTTP routes that call other services.
  public func callContext(deadline: ContinuousClock.Instant? = nil) -> CallContext {
    CallContext(logger: logger, identity: identity, deadline: deadline)
  }
}

/// A responder that stamps every request with the transport of the listener it belongs to.
public struct TransportResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context: CallRequestContext {
  let inner: Inner
  let transport: Transport

  public init(_ inner: Inner, transport: Transport) {
    self.inner = inner
    self.transport = transport
  }

  public func respond(to request: Request, context: Inner.Context) async throws -> Response {
    var context = context
    context.identity.transport = transport
    return try await inner.respond(to: request, context: context)
  }
}
