internal import Codec
public import Cryptography

/// What a data set's Croissant 1.1 (or 1.0) metadata says of it: schema.org in JSON-LD, with the digests of its files. It
/// is read as the plain JSON that its specification shows, under the names of its own context; nothing is fetched.
public struct Croissant: Hashable, Sendable {
  /// Files, and sets of files, whose members are in the files.
  public static let distributionCountMax = Asset.contentCountMax

  /// A file of the distribution.
  public struct File: Hashable, Sendable {
    public let name: String
    public let digest: Digest32
  }

  public let name: String
  /// The identifier or address, as it stands there.
  public let licence: String
  public let creators: [String]
  public let files: [File]

  /// Errors: ``CreditError`` that names what is missing, or crosses a limit.
  public init(parsing bytes: [UInt8]) throws(CreditError) {
    let json = try DatasetMetadata.json(bytes, "croissant", of: "Croissant")
    guard Self.isOfType("Dataset", json) else { throw .json(path: "croissant.@type", wanted: "Dataset of schema.org") }
    let versions = Self.texts(json["conformsTo"] ?? json["dct:conformsTo"])
    guard versions.contains(where: { Self.versions.contains($0) }) else {
      throw .json(path: "croissant.conformsTo", wanted: "one of \(Self.versions.joined(separator: ", "))")
    }
    name = try DatasetMetadata.text(json["name"], "croissant.name")
    licence = try DatasetMetadata.licence(Self.texts(json["license"]).map { .string($0) }, "croissant.license")
    let creators = Self.texts(json["creator"])
    guard creators.count <= DatasetMetadata.partyCountMax else {
      throw .tooMany(what: "creators", count: creators.count, limit: DatasetMetadata.partyCountMax)
    }
    for creator in creators { try RegistryText.check(creator, "croissant.creator", Asset.nameByteCountMax) }
    self.creators = creators
    files = try Self.files(json)
  }

  /// The record of it under an id. Equal files count once.
  public func asset(id: String, kind: Asset.Kind) throws(CreditError) -> Asset {
    try Asset(id: id, kind: kind, name: name, licence: licence, contents: Array(Set(files.map(\.digest))))
  }

  private static let versions = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/1.1"]

  private static func files(_ json: JSON) throws(CreditError) -> [File] {
    guard let distribution = json["distribution"] else { throw .empty(what: "files in croissant.distribution") }
    let items = distribution.arrayValue ?? [distribution]
    guard items.count <= distributionCountMax else {
      throw .tooMany(what: "items of croissant.distribution", count: items.count, limit: distributionCountMax)
    }
    var files: [File] = []
    for (at, item) in items.enumerated() {
      let path = "croissant.distribution[\(at)]"
      // A set names members of files that stand beside it, by patterns: it has no bytes of its own.
      if isOfType("FileSet", item) { continue }
      guard isOfType("FileObject", item) else { throw .json(path: "\(path).@type", wanted: "FileObject or FileSet") }
      // Inside another file, whose digest covers it.
      if item["containedIn"] != nil { continue }
      guard let hex = item["sha256"]?.stringValue, let digest = try? Digest32(hex: hex.lowercased()) else {
        throw .json(path: "\(path).sha256", wanted: "64 hexadecimal digits: contents are known by their SHA-256")
      }
      let name = (item["name"] ?? item["@id"] ?? item["contentUrl"])?.stringValue ?? ""
      files.append(File(name: name, digest: digest))
    }
    guard !files.isEmpty else { throw .empty(what: "files with bytes of their own in croissant.distribution") }
    return files
  }

  /// JSON-LD has several spellings of a type: a text or a list, with a prefix or an address before it.
  private static func isOfType(_ type: String, _ json: JSON) -> Bool {
    let words = json["@type"].map { $0.arrayValue ?? [$0] } ?? []
    let spellings = [
      type, "sc:\(type)", "cr:\(type)", "schema:\(type)", "https://schema.org/\(type)", "http://schema.org/\(type)",
      "http://mlcommons.org/croissant/\(type)",
    ]
    return words.contains { word in word.stringValue.map(spellings.contains) == true }
  }

  /// The texts of a member that may be a text, an object with a name or an address, or a list of these.
  private static func texts(_ json: JSON?) -> [String] {
    guard let json else { return [] }
    return (json.arrayValue ?? [json]).compactMap { item in
      item.stringValue ?? (item["name"] ?? item["url"] ?? item["@id"])?.stringValue
    }
  }
}
