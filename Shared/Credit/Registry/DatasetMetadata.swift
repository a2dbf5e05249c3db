internal import Codec

/// What the readers of data sets' metadata share: limits, and errors that name the member.
enum DatasetMetadata {
  static let byteCountMax = 4 << 20
  /// Creators, or issuers.
  static let partyCountMax = 256

  static func json(_ bytes: [UInt8], _ path: String, of standard: String) throws(CreditError) -> JSON {
    guard bytes.count <= byteCountMax else {
      throw .tooMany(what: "bytes of \(standard) metadata", count: bytes.count, limit: byteCountMax)
    }
    do { return try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: byteCountMax, depthMax: 32)) } catch {
      throw .json(path: path, wanted: "JSON: \(error)")
    }
  }

  static func text(
    _ json: JSON?, _ path: String, _ byteCountMax: Int = Asset.nameByteCountMax
  ) throws(CreditError) -> String {
    guard let text = json?.stringValue else { throw .json(path: path, wanted: "a string") }
    try RegistryText.check(text, path, byteCountMax)
    return text
  }

  /// Several licences may mean either or both, and which no program can tell.
  static func licence(_ found: [JSON], _ path: String) throws(CreditError) -> String {
    guard found.count == 1 else { throw .json(path: path, wanted: "one licence") }
    return try text(found[0], path, Asset.licenceByteCountMax)
  }
}
