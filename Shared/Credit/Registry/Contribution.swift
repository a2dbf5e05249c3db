public import Codec
public import Cryptography

/// What a `contribution` statement says (FORMAT section 2): who somebody is, that something is committed to, or what it was.
public enum Contribution: Hashable, Sendable {
  case contributor(Contributor)
  /// A commitment that hides what it is until it is revealed.
  case commitment(Digest32)
  case asset(Reveal)

  /// The opening of a commitment.
  public struct Reveal: Hashable, Sendable {
    public let asset: Asset
    /// The log index of the statement that committed to it.
    public let index: UInt64
    public let salt: Digest32

    public init(_ asset: Asset, committedAt index: UInt64, salt: Digest32) {
      self.asset = asset
      self.index = index
      self.salt = salt
    }
  }

  /// `H("colophon/contribution/v1" ‖ 0 ‖ kid ‖ salt32 ‖ H(JCS(asset)))`. The key stands in it, so that whoever copies a
  /// commitment has a commitment that it can never open.
  public static func commitment(to asset: Asset, by keyID: [UInt8], salt: Digest32) throws(CreditError) -> Digest32 {
    SHA256.hash(DomainTag.contribution.prefix + keyID + salt.bytes + (try digest(asset.json)).bytes)
  }

  /// `H(JCS(predicate))`: the digest of the statement's subject.
  public func digest() throws(CreditError) -> Digest32 { try Self.digest(json) }

  /// The statement's `sub`: `<type>/<64 hex digits of the digest>`, so that each is in the log once.
  public func subject() throws(CreditError) -> String { "\(type)/\(try digest().hex)" }

  private var type: String {
    switch self {
    case .contributor: "contributor"
    case .commitment: "commitment"
    case .asset: "asset"
    }
  }

  public var json: JSON {
    let members =
      switch self {
      case .contributor(let contributor): contributor.members
      case .commitment(let digest): [JSONMember("commitment", .string("sha256:\(digest.hex)"))]
      case .asset(let reveal):
        [
          JSONMember("asset", reveal.asset.json), JSONMember("commitment_index", .decimal(reveal.index)),
          JSONMember("salt", .string(reveal.salt.hex)),
        ]
      }
    return .object([JSONMember("type", .string(type))] + members)
  }

  public init(json: JSON) throws(CreditError) {
    let path = "contribution"
    switch json["type"]?.stringValue {
    case "contributor":
      self = .contributor(try Contributor(Fields(json, path, ["type", "contributor", "key", "name", "payout"])))
    case "commitment":
      let fields = try Fields(json, path, ["type", "commitment"])
      guard let digest = Asset.digest(json["commitment"]) else {
        throw .json(path: fields.at("commitment"), wanted: "\"sha256:\" and 64 lower-case digits")
      }
      self = .commitment(digest)
    case "asset":
      let fields = try Fields(json, path, ["type", "asset", "commitment_index", "salt"])
      guard let salt = try? Digest32(hex: fields.text("salt")) else {
        throw .json(path: fields.at("salt"), wanted: "64 lower-case hexadecimal digits")
      }
      guard let asset = json["asset"] else { throw .json(path: fields.at("asset"), wanted: "an object") }
      self = .asset(
        Reveal(
          try Asset(json: asset, path: fields.at("asset")), committedAt: try fields.decimal("commitment_index"),
          salt: salt))
    default: throw .json(path: "\(path).type", wanted: "one of contributor, commitment, asset")
    }
  }

  private static func digest(_ json: JSON) throws(CreditError) -> Digest32 {
    do { return SHA256.hash(try JCS.encode(json)) } catch {
      throw .json(path: "contribution", wanted: "canonical JSON")
    }
  }
}
