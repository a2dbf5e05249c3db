internal import Codec
internal import Credit

/// Documents that a request wants of a registered collection: those nearest to what it asks.
public struct RequestedCollection: Sendable, Equatable {
  public static let countDefault = 3

  /// The place of this in the request's `documents`.
  public let item: Int
  /// Id of the collection in the log's registry.
  public let asset: String
  /// How many documents at most.
  public let count: Int

  /// Reads an item of `documents` that has a `collection`.
  /// - Parameter before: the ones in front of it. A collection stands once.
  init(_ json: JSON, at item: Int, after before: [RequestedCollection]) throws(ReceiptError) {
    let path = "documents[\(item)]"
    for member in json.objectValue ?? [] where !["collection", "count"].contains(member.name) {
      throw ChatRequest.invalid(
        "\(path).\(member.name)", "\(path).\(member.name) is not supported beside collection",
        code: "unsupported_parameter")
    }
    guard let asset = json["collection"]?.stringValue, CreditID.isValid(asset) else {
      throw ChatRequest.invalid(
        "\(path).collection",
        "\(path).collection is no id of an asset: use 1 to \(CreditID.byteCountMax) printable ASCII characters without "
          + "spaces")
    }
    guard !before.contains(where: { $0.asset == asset }) else {
      throw ChatRequest.invalid(
        "\(path).collection", "\(path).collection stands in documents already: ask once, with a larger count")
    }
    self.item = item
    self.asset = asset
    let count = json["count"] ?? .null
    guard !count.isNull else {
      self.count = Self.countDefault
      return
    }
    guard let number = count.intValue, (1...Int64(RequestedDocument.countMax)).contains(number) else {
      throw ChatRequest.invalid(
        "\(path).count", "\(path).count must be an integer from 1 to \(RequestedDocument.countMax)")
    }
    self.count = Int(number)
  }
}

extension ChatRequest {
  /// What is looked for in collections: the content of the last message of role `user`. Empty where there is none.
  public var query: String { messages.last { $0.role == .user }?.content ?? "" }
}
