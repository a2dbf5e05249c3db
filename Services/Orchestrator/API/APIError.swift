internal import Codec
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RPC
internal import Receipts

/// An error as OpenAI's clients read it: `{"error": {"message", "type", "param", "code"}}` and the status they expect.
struct APIError: Error, Equatable, CustomStringConvertible {
  var status: HTTPResponse.Status
  var type = "invalid_request_error"
  var code: String
  var message: String
  var parameter: String?
  /// Of a request that was accepted: its receipt says the same.
  var receiptID: ReceiptID?
  var retryAfterSeconds: Int?

  init(_ status: HTTPResponse.Status, code: String, _ message: String, parameter: String? = nil) {
    self.status = status
    self.code = code
    self.message = message
    self.parameter = parameter
    if status.code >= 500 { type = "server_error" }
    if status == .tooManyRequests { (type, retryAfterSeconds) = ("requests", 1) }
  }

  var description: String { "\(status.code) \(code): \(message)" }

  var json: JSON {
    [
      "error": [
        "message": .string(message), "type": .string(type), "param": parameter.map { .string($0) } ?? .null,
        "code": .string(code),
      ]
    ]
  }
}

extension APIError: HTTPResponseError {
  func response(from request: Request, context: some RequestContext) throws -> Response { response }

  var response: Response {
    var headers: HTTPFields = [.contentType: "application/json"]
    headers[.xReceiptID] = receiptID?.description
    headers[.retryAfter] = retryAfterSeconds.map { "\($0)" }
    if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json.serialized())))
  }
}

extension APIError {
  static func modelNotFound(_ id: String) -> APIError {
    APIError(
      .notFound, code: "model_not_found", "The model '\(id.prefix(128))' does not exist here.", parameter: "model")
  }

  static func tooLarge(limit: Int) -> APIError {
    APIError(.contentTooLarge, code: "request_too_large", "The body is larger than the limit of \(limit) bytes.")
  }

  /// What the reader of a request found wrong with it, before anything was accepted.
  init(_ error: ReceiptError) {
    switch error {
    case .request(let parameter, let code, let message):
      self.init(.badRequest, code: code, message, parameter: parameter)
    case .limit(_, let limit, _): self = .tooLarge(limit: limit)
    default: self.init(.badRequest, code: "invalid_value", "\(error)")
    }
  }

  /// What inference said when it did not answer: refused, when the request is at fault.
  static func generation(_ error: any Error) -> (error: APIError, outcome: Outcome) {
    if let failure = error as? RetrievalFailure { return retrieval(failure) }
    guard let error = error as? RPCError else {
      return (APIError(.internalServerError, code: "generation_failed", "The answer could not be generated."), .failed)
    }
    switch error.code {
    case .invalidArgument, .failedPrecondition, .outOfRange:
      // OpenAI's clients know this one by its code; inference says it in words.
      let isLength = error.message.contains("context limit")
      let code = isLength ? "context_length_exceeded" : "invalid_value"
      return (APIError(.badRequest, code: code, error.message, parameter: "messages"), .refused)
    case .notFound: return (APIError(.notFound, code: "model_not_found", error.message, parameter: "model"), .refused)
    case .resourceExhausted: return (APIError(.tooManyRequests, code: "rate_limit_exceeded", error.message), .failed)
    case .deadlineExceeded:
      return (
        APIError(.gatewayTimeout, code: "generation_timeout", "The answer took longer than this server allows."),
        .failed
      )
    case .unavailable:
      return (APIError(.serviceUnavailable, code: "inference_unavailable", "The model cannot be reached now."), .failed)
    default:
      return (APIError(.internalServerError, code: "generation_failed", "The answer could not be generated."), .failed)
    }
  }

  /// The answer is there, its receipt is not: with `receipts: required` the client gets neither.
  static func receiptUnavailable(_ id: ReceiptID) -> APIError {
    var error = APIError(
      .serviceUnavailable, code: "receipt_unavailable",
      "The receipt of this answer could not be published now, so the answer is withheld. The receipt follows under its id."
    )
    error.receiptID = id
    return error
  }
}

extension HTTPField.Name {
  static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
    return field
  }

  static let xReceiptID = known("X-Receipt-Id")
  static let xReceiptNonce = known("X-Receipt-Nonce")
  static let xReceiptVerification = known("X-Receipt-Verification")
}
