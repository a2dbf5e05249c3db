internal import HTTPTypes
internal import Hummingbird

/// Who asks: the owner of what it asked before.
struct Caller: Sendable {
  static let local = "local"

  let owner: String
  /// Whose key it shows, where the key is a contributor's.
  private let contributor: String?

  /// Errors: 401 where keys are needed and the request shows none of them.
  init(_ request: Request, keys: APIKeys?) throws(APIError) {
    guard let keys else {
      owner = Self.local
      contributor = nil
      return
    }
    guard let header = request.headers[.authorization], header.prefix(7).lowercased() == "bearer ",
      let owner = keys.owner(of: String(header.dropFirst(7)))
    else {
      throw APIError(
        .unauthorized, code: "invalid_api_key", "Give one of this server's API keys as 'Authorization: Bearer KEY'.")
    }
    self.owner = owner
    contributor = keys.contributor(of: String(header.dropFirst(7)))
  }

  /// Whether it may see what is of this contributor alone.
  func isContributor(_ id: String) -> Bool { contributor.map { $0.utf8.elementsEqual(id.utf8) } ?? false }
}
