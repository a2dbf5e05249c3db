internal import Codec

/// In what a payout is paid. It stands in the ledger, so that the payout's file is a function of its entry.
public struct PayoutTerms: Hashable, Sendable {
  public enum Format: String, CaseIterable, Sendable {
    /// x402 version 2, scheme `upto` on EVM networks.
    case x402
    /// Open Payments, resource server 1.3.
    case openPayments = "open-payments"
  }

  public static let scaleMax = 9

  public let format: Format
  /// For x402 a token as CAIP-19 names it, `eip155:<chain>/erc20:0x<40 hex>`; for Open Payments an `assetCode`.
  public let asset: String
  /// Decimals of the asset's smallest unit, 0 to 9: what is paid is a whole number of 10^(9 - scale) nano-units.
  public let scale: Int
  /// Who pays: an address `0x<40 hex>`, or a wallet address, `https://...`.
  public let from: String

  /// Errors: ``CreditError/outOfRange(what:value:range:)`` that names the member.
  public init(format: Format, asset: String, scale: Int, from: String) throws(CreditError) {
    guard (0...Self.scaleMax).contains(scale) else {
      throw .outOfRange(what: "the scale of a payout", value: String(scale), range: "from 0 to \(Self.scaleMax)")
    }
    let (isAsset, assetRange, isPayer, payerRange) =
      switch format {
      case .x402:
        (
          EVMName.token(asset) != nil, "eip155:<chain>/erc20:0x<40 hex digits>", EVMName.isAddress(from),
          "0x and 40 hex digits"
        )
      case .openPayments:
        (
          (1...32).contains(asset.utf8.count) && CreditID.isValid(asset), "a code such as EUR, 1 to 32 characters",
          WalletAddress.url(from) != nil, "a wallet address: https://... or $..."
        )
      }
    guard isAsset else { throw .outOfRange(what: "the asset of a payout", value: asset, range: assetRange) }
    guard isPayer else { throw .outOfRange(what: "the payer of a payout", value: from, range: payerRange) }
    self.format = format
    self.asset = asset
    self.scale = scale
    self.from = from
  }

  /// Nano-units in the asset's smallest unit.
  public var unitNano: UInt64 { (scale..<9).reduce(1) { unit, _ in unit * 10 } }

  /// Whether money can go to this reference in this format.
  public func pays(to reference: String) -> Bool {
    switch format {
    case .x402: EVMName.account(reference) != nil && EVMName.account(reference)?.chain == EVMName.token(asset)?.chain
    case .openPayments: WalletAddress.url(reference) != nil
    }
  }

  var json: JSON {
    ["asset": .string(asset), "format": .string(format.rawValue), "from": .string(from), "scale": .integer(scale)]
  }

  init(_ json: JSON, _ path: String) throws(CreditError) {
    let fields = try Fields(json, path, ["asset", "format", "from", "scale"])
    try self.init(
      format: fields.choice("format"), asset: fields.text("asset"), scale: fields.integer("scale"),
      from: fields.text("from"))
  }
}

/// Names of EVM networks, tokens and accounts: CAIP-2, CAIP-10 and CAIP-19.
enum EVMName {
  static func isAddress(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 42 && text.hasPrefix("0x")
      && text.utf8.dropFirst(2).allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
      }
  }

  /// `eip155:<chain>:0x<40 hex>`.
  static func account(_ text: String) -> (chain: String, address: String)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "eip155", isChain(parts[1]), isAddress(parts[2]) else { return nil }
    return ("eip155:\(parts[1])", String(parts[2]))
  }

  /// `eip155:<chain>/erc20:0x<40 hex>`.
  static func token(_ text: String) -> (chain: String, address: String)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasPrefix("erc20:") else { return nil }
    return account("\(parts[0]):\(parts[1].dropFirst(6))")
  }

  private static func isChain(_ text: some StringProtocol) -> Bool {
    (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } && !text.hasPrefix("0")
  }
}

/// Wallet addresses of Open Payments, and payment pointers (`$wallet.example/ada`), which are a short form of them.
enum WalletAddress {
  static func url(_ text: String) -> String? {
    let rest: Substring
    if text.hasPrefix("$") {
      rest = text.dropFirst()
    } else if text.hasPrefix("https://") {
      rest = text.dropFirst(8)
    } else {
      return nil
    }
    let host = rest.prefix { $0 != "/" }
    let isPlain =
      rest.utf8.allSatisfy { (0x21...0x7e).contains($0) } && !rest.contains { "?#@\\\"<>^`{|}".contains($0) }
    guard host.contains("."), isPlain, text.utf8.count <= Contributor.payoutByteCountMax else { return nil }
    // A pointer to a host alone stands for its well-known place (paymentpointers.org, section 3).
    if text.hasPrefix("$"), host.utf8.count == rest.utf8.count { return "https://\(rest)/.well-known/pay" }
    return "https://\(rest)"
  }
}
