internal import Codec

/// What metadata by the Data Provenance Standards says of a data set: version 1.0.0 of the Data & Trust Alliance, or OASIS
/// Data Provenance Metadata 1.0, its successor. Neither has digests of the data: the files are given beside it.
public struct DataProvenance: Hashable, Sendable {
  public static let byteCountMax = 4 << 20

  /// `source.title`, or `source.name` with OASIS.
  public let name: String
  /// `use.license`: the identifier or address, as it stands there.
  public let licence: String
  /// The organisations that answer for the data.
  public let issuers: [String]

  /// Errors: ``CreditError`` that names what is missing, or crosses a limit.
  public init(parsing bytes: [UInt8]) throws(CreditError) {
    let json: JSON
    do { json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.byteCountMax, depthMax: 32)) } catch {
      throw .json(path: "metadata", wanted: "JSON: \(error)")
    }
    for group in ["source", "provenance", "use"] where json[group]?.objectValue == nil {
      throw .json(
        path: "metadata.\(group)", wanted: "an object: the standard has the groups source, provenance and use")
    }
    let isOASIS = json["set"] != nil
    name = try Self.text(json["source"]?[isOASIS ? "name" : "title"], "source.\(isOASIS ? "name" : "title")")
    let licences = json["use"]?["license"].map { $0.arrayValue ?? [$0] } ?? []
    // Several licences may mean either or both, and which no program can tell.
    guard licences.count == 1 else { throw .json(path: "metadata.use.license", wanted: "one licence") }
    licence = try Self.text(licences[0], "use.license", Asset.licenceByteCountMax)
    let issuers = json["source"]?["issuer"]?.arrayValue ?? []
    guard (1...Croissant.creatorCountMax).contains(issuers.count) else {
      throw .json(path: "metadata.source.issuer", wanted: "1 to \(Croissant.creatorCountMax) organisations")
    }
    let member = isOASIS ? "legal-name" : "name"
    self.issuers = try issuers.enumerated().map { at, issuer throws(CreditError) in
      try Self.text(issuer[member], "source.issuer[\(at)].\(member)")
    }
  }

  private static func text(
    _ json: JSON?, _ member: String, _ byteCountMax: Int = Asset.nameByteCountMax
  ) throws(CreditError) -> String {
    guard let text = json?.stringValue else { throw .json(path: "metadata.\(member)", wanted: "a string") }
    try RegistryText.check(text, "metadata.\(member)", byteCountMax)
    return text
  }
}
