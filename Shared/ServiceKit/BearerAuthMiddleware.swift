internal import Cryptography
internal import HTTPTypes
public import Hummingbird
internal import RPC

/// Lets in only who shows the installation's token, as `Authorization: Bearer`.
public struct BearerAuthMiddleware<Context: RequestContext>: RouterMiddleware {
  private let token: [UInt8]

  public init(token: String) { self.token = Array(token.utf8) }

  public func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let header = request.headers[.authorization], header.prefix(7).lowercased() == "bearer ",
      ConstantTime.equal(Array(header.dropFirst(7).utf8), token)
    else {
      var response = try RPCError(.unauthenticated, "a valid 'Authorization: Bearer' token is needed")
        .response(from: request, context: context)
      response.headers[.wwwAuthenticate] = "Bearer"
      return response
    }
    return try await next(request, context)
  }
}
