internal import HTTPTypes
public import Hummingbird
internal import NIOCore

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A failed call, as both ends see it. Causes stay in the log; the message is what a caller may read.
public struct RPCError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The longest message that is read from a peer, in characters.
  static let messageCharactersMax = 1024

  public var code: RPCCode
  public var message: String

  public init(_ code: RPCCode, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code.name): \(message)" }

  /// What a caller is told when a handler failed in a way it did not mean to show.
  static let unexpected = RPCError(.internal, "internal error; the service's log has the cause under this request id")
}

/// Connect's JSON form of an error.
struct RPCErrorBody: Codable {
  var code: String?
  var message: String?

  init(_ error: RPCError) {
    code = error.code.name
    message = error.message
  }

  /// The error, or nil when the peer's code is none of the sixteen.
  var error: RPCError? {
    guard let code, let known = RPCCode(name: code) else { return nil }
    return RPCError(known, String((message ?? "").prefix(RPCError.messageCharactersMax)))
  }
}

extension RPCError: HTTPResponseError {
  public var status: HTTPResponse.Status { code.httpStatus }

  /// The unary Connect answer of this error.
  public func response(from request: Request, context: some RequestContext) throws -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(RPCErrorBody(self)))))
  }

  /// The error in a unary Connect answer, whatever a proxy made of it.
  static func reading(status: Int, body: ByteBuffer) -> RPCError {
    let read = try? JSONDecoder().decode(RPCErrorBody.self, from: Data(body.readableBytesView))
    return read?.error ?? RPCError(RPCCode(inferredFrom: status), "the peer answered HTTP \(status)")
  }
}
