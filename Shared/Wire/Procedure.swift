/// One unary rpc of `Proto/`, known to both of its ends: one request, one response.
public struct Procedure<Request: WireMessage, Response: WireMessage>: Sendable {
  /// Path of the URL, as `/colophon.storage.v1.StorageService/Keep`.
  public let path: String
  /// Whether a call that may have arrived can be sent again.
  public let isIdempotent: Bool

  /// - Parameter service: Full name of the service, package included.
  public init(service: String, method: String, idempotent: Bool = true) {
    path = "/\(service)/\(method)"
    isIdempotent = idempotent
  }
}

/// One server-streaming rpc of `Proto/`: one request, any number of responses.
public struct StreamingProcedure<Request: WireMessage, Response: WireMessage>: Sendable {
  /// Path of the URL, as `/colophon.inference.v1.InferenceService/Generate`.
  public let path: String
  /// Whether a call that may have arrived can be sent again.
  public let isIdempotent: Bool

  /// - Parameter service: Full name of the service, package included.
  public init(service: String, method: String, idempotent: Bool) {
    path = "/\(service)/\(method)"
    isIdempotent = idempotent
  }
}
