internal import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import Wire

extension OutgoingCall {
  /// Turns what the HTTP client throws into what a caller of this module can act on.
  func translatingErrors<Value>(_ work: () async throws -> Value) async throws -> Value {
    do { return try await work() } catch {
      throw translated(error)
    }
  }

  private func translated(_ error: any Error) -> any Error {
    switch error {
    case is RPCError, is CancellationError: return error
    case let error as ReceiverFailure: return error.cause
    case is NIOTooManyBytesError:
      let limit = client.options.limits.maxBytes
      return RPCError(.resourceExhausted, "the answer to \(path) passes the limit of \(limit) bytes")
    case let error as HTTPClientError where error == .cancelled: return CancellationError()
    case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
      return RPCError(.deadlineExceeded, "the peer did not answer \(path) in time")
    case let error as HTTPClientError where error == .invalidURL || error == .unsupportedScheme(""):
      return RPCError(.internal, "\(client.base) is not the address of a peer")
    default:
      context?.logger.debug("peer not reached", metadata: ["procedure": "\(path)", "error": "\(error)"])
      return RPCError(.unavailable, "the peer that serves \(path) cannot be reached")
    }
  }
}

/// An error of whoever receives a stream: no fault of the peer.
struct ReceiverFailure: Error {
  let cause: any Error
}
