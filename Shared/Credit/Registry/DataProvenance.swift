internal import Codec

/// What metadata by the Data Provenance Standards says of a data set: version 1.0.0 of the Data & Trust Alliance, or OASIS
/// Data Provenance Metadata 1.0, its successor. Neither has digests of the data: the files are given beside it.
public struct DataProvenance: Hashable, Sendable {
  /// `source.title`, or `source.name` with OASIS.
  public let name: String
  /// `use.license`: the identifier or address, as it stands there.
  public let licence: String
  /// The organisations that answer for the data.
  public let issuers: [String]

  /// Errors: ``CreditError`` that names what is missing, or crosses a limit.
  public init(parsing bytes: [UInt8]) throws(CreditError) {
    let json = try DatasetMetadata.json(bytes, "metadata", of: "Data Provenance")
    for group in ["source", "provenance", "use"] where json[group]?.objectValue == nil {
      throw .json(
        path: "metadata.\(group)", wanted: "an object: the standard has the groups source, provenance and use")
    }
    let isOASIS = json["set"] != nil
    let title = isOASIS ? "name" : "title"
    name = try DatasetMetadata.text(json["source"]?[title], "metadata.source.\(title)")
    licence = try DatasetMetadata.licence(
      json["use"]?["license"].map { $0.arrayValue ?? [$0] } ?? [], "metadata.use.license")
    let issuers = json["source"]?["issuer"]?.arrayValue ?? []
    guard (1...DatasetMetadata.partyCountMax).contains(issuers.count) else {
      throw .json(path: "metadata.source.issuer", wanted: "1 to \(DatasetMetadata.partyCountMax) organisations")
    }
    let member = isOASIS ? "legal-name" : "name"
    self.issuers = try issuers.enumerated().map { at, issuer throws(CreditError) in
      try DatasetMetadata.text(issuer[member], "metadata.source.issuer[\(at)].\(member)")
    }
  }
}
