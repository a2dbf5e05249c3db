internal import Codec
public import Cryptography

/// Who may earn credit, as it says of itself.
public struct Contributor: Hashable, Sendable {
  public static let nameByteCountMax = 256
  public static let payoutByteCountMax = 512

  public let id: String
  /// The Ed25519 key that speaks for the id.
  public let key: VerifyingKey
  /// For people: any text without control characters.
  public let name: String
  /// Where money goes, in whatever words the payer understands: public, as all of this is.
  public let payout: String?

  public init(id: String, key: VerifyingKey, name: String, payout: String? = nil) throws(CreditError) {
    try CreditID.check(id, "contributor")
    guard id != CreditID.unattributed else { throw .invalidID(what: "contributor (the name of nobody)", id) }
    guard key.algorithm == .edDSA else {
      throw .outOfRange(what: "the key of '\(id)'", value: "\(key.algorithm)", range: "an Ed25519 key")
    }
    try RegistryText.check(name, "the name of contributor '\(id)'", Self.nameByteCountMax)
    if let payout { try RegistryText.check(payout, "the payout of contributor '\(id)'", Self.payoutByteCountMax) }
    self.id = id
    self.key = key
    self.name = name
    self.payout = payout
  }

  /// The `iss` of its statements.
  public var issuer: String { "urn:colophon:contributor:\(id)" }

  var members: [JSONMember] {
    [
      JSONMember("contributor", .string(id)), JSONMember("key", .string(Base64.encode(key.raw))),
      JSONMember("name", .string(name)),
    ] + (payout.map { [JSONMember("payout", .string($0))] } ?? [])
  }

  init(_ fields: Fields) throws(CreditError) {
    guard let raw = try? Base64.decode(try fields.text("key")), let key = try? VerifyingKey(raw: raw) else {
      throw .json(path: fields.at("key"), wanted: "the base64 of a raw Ed25519 key")
    }
    try self.init(
      id: try fields.id("contributor", "contributor"), key: key, name: try fields.text("name"),
      payout: try fields.optionalText("payout"))
  }
}

/// Text that people read and that stands in the log for ever.
enum RegistryText {
  static func check(_ text: String, _ what: String, _ byteCountMax: Int) throws(CreditError) {
    let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPlain, (1...byteCountMax).contains(text.utf8.count) else {
      throw .outOfRange(
        what: what, value: "of \(text.utf8.count) bytes",
        range: "1 to \(byteCountMax) bytes without control characters")
    }
  }
}
