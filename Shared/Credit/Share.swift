public import Codec

/// What one contributor is credited of one request's price.
public struct Share: Hashable, Sendable {
  public var contributor: String
  /// Nano-units (10^-9) of the currency.
  public var amountNano: UInt64

  public init(contributor: String, amountNano: UInt64) {
    self.contributor = contributor
    self.amountNano = amountNano
  }
}

extension Share {
  /// `{"amount_nano": "<decimal>", "contributor": "<id>"}`.
  public var json: JSON {
    .object([JSONMember("contributor", .string(contributor)), JSONMember("amount_nano", .decimal(amountNano))])
  }

  public init(json: JSON) throws(CreditError) {
    try self.init(json: json, path: "share")
  }

  init(json: JSON, path: String) throws(CreditError) {
    let fields = try Fields(json, path, ["contributor", "amount_nano"])
    self.init(contributor: try fields.id("contributor", "contributor"), amountNano: try fields.decimal("amount_nano"))
  }

  /// The list of shares as it stands in a statement.
  public static func json(_ shares: [Share]) -> JSON { .array(shares.map(\.json)) }

  /// Reads a list of shares. Whether it is the right one is for `computeShares` to say.
  public static func list(json: JSON) throws(CreditError) -> [Share] {
    var shares: [Share] = []
    for (at, item) in try Fields.array(json, "shares", limit: Apportionment.weightCountMax).enumerated() {
      shares.append(try Share(json: item, path: "shares[\(at)]"))
    }
    try CreditID.refuseDuplicates(shares.map(\.contributor), "contributor")
    return shares
  }
}
