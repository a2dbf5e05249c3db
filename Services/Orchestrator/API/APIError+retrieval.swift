internal import HTTPTypes
internal import RPC
internal import Receipts

extension APIError {
  /// Seconds after which a collection that is being embedded is worth another try.
  private static let retryAfterSeconds = 5

  /// Why documents of a collection were not found: refused, when the request is at fault.
  static func retrieval(_ failure: RetrievalFailure) -> (error: APIError, outcome: Outcome) {
    let (asset, parameter) = (failure.collection.asset, "documents[\(failure.collection.item)].collection")
    guard let cause = failure.cause as? RPCError else {
      return (
        APIError(.internalServerError, code: "retrieval_failed", "The collection '\(asset)' could not be searched."),
        .failed
      )
    }
    switch cause.code {
    case .notFound:
      var error = APIError(.notFound, code: "collection_not_found", cause.message, parameter: parameter)
      error.type = "invalid_request_error"
      return (error, .refused)
    case .failedPrecondition:
      let what = failure.step == .embed ? "no sentence encoder is served here" : cause.message
      return (
        APIError(
          .badRequest, code: "collections_not_offered",
          "The collection '\(asset)' cannot be searched: \(what). Give the texts of the documents instead.",
          parameter: parameter), .refused
      )
    case .unavailable, .resourceExhausted, .deadlineExceeded:
      // What attribution says of its own progress is for the client; that a peer is down is not.
      let isPeers = failure.step == .retrieve && cause.message.contains("records embedded")
      var error = APIError(
        .serviceUnavailable, code: isPeers ? "collection_not_indexed" : "collection_unavailable",
        "The collection '\(asset)' cannot be searched now" + (isPeers ? ": \(cause.message)." : "."),
        parameter: parameter)
      error.retryAfterSeconds = retryAfterSeconds
      return (error, .failed)
    default:
      return (
        APIError(.internalServerError, code: "retrieval_failed", "The collection '\(asset)' could not be searched."),
        .failed
      )
    }
  }
}
