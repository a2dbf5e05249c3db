internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Wire

/// The headers of one call, read once and checked before anything of the body is.
struct IncomingCall {
  let mediaType: RPCMediaType
  let context: CallContext
  let limits: WireLimits
  let acceptsGzip: Bool
  private let encoding: String?

  /// Reads the headers of `request`. Throws what the caller did wrong.
  init(
    _ request: Request, mediaType: RPCMediaType, context: some CallRequestContext, limits: WireLimits
  ) throws(RPCError) {
    let headers = request.headers
    if !mediaType.isGRPC, let version = headers[.connectProtocolVersion], version != "1" {
      throw RPCError(.invalidArgument, "Connect-Protocol-Version '\(version.prefix(32))' is not 1")
    }
    self.mediaType = mediaType
    self.limits = limits
    let (sent, accepted): (HTTPField.Name, HTTPField.Name) =
      switch mediaType {
      case .unary: (.contentEncoding, .acceptEncoding)
      case .streaming: (.connectContentEncoding, .connectAcceptEncoding)
      case .grpc, .grpcProto: (.grpcEncoding, .grpcAcceptEncoding)
      }
    encoding = headers[sent]
    guard encoding == nil || encoding == "identity" || encoding == "gzip" else {
      throw RPCError(.unimplemented, "encoding '\(encoding?.prefix(32) ?? "")' is not supported: use gzip or identity")
    }
    acceptsGzip = Self.accepts(headers[accepted])
    let timeout = try CallTimeout.read(headers, isGRPC: mediaType.isGRPC)
    self.context = context.callContext(deadline: timeout.map { .now + $0 })
  }

  private static func accepts(_ header: String?) -> Bool {
    (header ?? "").split(separator: ",").contains { item in
      let parts = item.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
      return parts.first == "gzip" && !parts.dropFirst().contains { Double($0.dropFirst(2)) == 0 }
    }
  }

  /// The request's one message. The body is read no further than the limits allow.
  func message<In: WireMessage>(_ request: Request) async throws -> In {
    let enveloped = mediaType != .unary
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: limits.maxBytes + (enveloped ? Envelope.headerBytes : 0))
    } catch is NIOTooManyBytesError {
      throw RPCError(.resourceExhausted, "the request passes the limit of \(limits.maxBytes) bytes for a message")
    } catch let error as CancellationError {
      throw error
    } catch {
      // The caller left, or what it sent is no HTTP: no fault of this service.
      throw RPCError(.invalidArgument, "the request could not be read to its end")
    }
    let message: ByteBuffer
    if enveloped {
      message = try Envelope.only(in: body, encoding: encoding, limit: limits.maxBytes)
    } else if encoding == "gzip" {
      message = try Gzip.decompress(body, limit: limits.maxBytes)
    } else {
      message = body
    }
    do { return try In(wire: message, limits: limits) } catch {
      throw Self.refusal(error)
    }
  }

  private static func refusal(_ error: WireError) -> RPCError {
    switch error {
    case .tooLarge, .tooManyFields, .tooDeep, .outOfMemory: RPCError(.resourceExhausted, "\(error)")
    default: RPCError(.invalidArgument, "the message is not readable: \(error)")
    }
  }

  /// What the caller is told about `error`; anything unforeseen goes to the log only.
  func failure(_ error: any Error) -> RPCError {
    switch error {
    case let error as RPCError: return error
    case is CancellationError: return RPCError(.canceled, "the call was cancelled")
    default:
      context.logger.error("call failed", metadata: ["error": "\(String(reflecting: error))"])
      return .unexpected
    }
  }
}
