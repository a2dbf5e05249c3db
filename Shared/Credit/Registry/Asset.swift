public import Codec
public import Cryptography

/// What a contributor brought. The canonical record is the JCS form of `json`; its digest is what is committed to.
public struct Asset: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Sendable { case dataset, documents, model, adapter, machine, feedback }

  /// Files or records in one asset.
  public static let contentCountMax = 4_096
  public static let nameByteCountMax = 256
  public static let licenceByteCountMax = 256

  public let id: String
  public let kind: Kind
  public let name: String
  /// An SPDX expression, or where the licence stands.
  public let licence: String
  /// SHA-256 of each of its files or records, ascending. Each is an exact class: it belongs to one contributor only.
  public let contents: [Digest32]

  public init(id: String, kind: Kind, name: String, licence: String, contents: [Digest32]) throws(CreditError) {
    try CreditID.check(id, "asset")
    try RegistryText.check(name, "the name of asset '\(id)'", Self.nameByteCountMax)
    try RegistryText.check(licence, "the licence of asset '\(id)'", Self.licenceByteCountMax)
    guard !contents.isEmpty else { throw .empty(what: "contents of asset '\(id)'") }
    guard contents.count <= Self.contentCountMax else {
      throw .tooMany(what: "contents of asset '\(id)'", count: contents.count, limit: Self.contentCountMax)
    }
    self.id = id
    self.kind = kind
    self.name = name
    self.licence = licence
    self.contents = contents.sorted()
    for (a, b) in zip(self.contents, self.contents.dropFirst()) where a == b {
      throw .duplicate(what: "content", "sha256:\(a.hex)")
    }
  }

  /// `{"contents": ["sha256:<hex>", ...], "id", "kind", "licence", "name"}`.
  public var json: JSON {
    .object([
      JSONMember("id", .string(id)), JSONMember("kind", .string(kind.rawValue)), JSONMember("name", .string(name)),
      JSONMember("licence", .string(licence)),
      JSONMember("contents", .array(contents.map { .string("sha256:\($0.hex)") })),
    ])
  }

  public init(json: JSON) throws(CreditError) { try self.init(json: json, path: "asset") }

  init(json: JSON, path: String) throws(CreditError) {
    let fields = try Fields(json, path, ["id", "kind", "name", "licence", "contents"])
    var contents: [Digest32] = []
    for item in try fields.array("contents", limit: Self.contentCountMax) {
      guard let digest = Self.digest(item) else {
        throw .json(path: "\(fields.at("contents"))[\(contents.count)]", wanted: "\"sha256:\" and 64 lower-case digits")
      }
      // One record has one spelling, so that one digest names it.
      guard contents.last.map({ $0 < digest }) != false else {
        throw .json(path: fields.at("contents"), wanted: "ascending, each digest once")
      }
      contents.append(digest)
    }
    try self.init(
      id: try fields.id("id", "asset"), kind: try fields.choice("kind"), name: try fields.text("name"),
      licence: try fields.text("licence"), contents: contents)
  }

  static func digest(_ json: JSON?) -> Digest32? {
    guard let text = json?.stringValue, text.utf8.starts(with: "sha256:".utf8) else { return nil }
    return try? Digest32(hex: String(text.dropFirst(7)))
  }
}
