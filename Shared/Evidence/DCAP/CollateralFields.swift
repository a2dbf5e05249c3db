internal import Codec
internal import Cryptography
internal import Receipts

/// Reads members of Intel's JSON by name, with errors that say where.
struct CollateralFields {
  let json: JSON
  let path: String

  init(_ json: JSON?, _ path: String) throws(AppraisalError) {
    guard let json, json.objectValue != nil else { throw .format(path, why: "is no object") }
    self.json = json
    self.path = path
  }

  func text(_ name: String) throws(AppraisalError) -> String {
    guard let text = json[name]?.stringValue else { throw .format("\(path).\(name)", why: "is no text") }
    return text
  }

  func hex(_ name: String, count: Int) throws(AppraisalError) -> [UInt8] {
    guard let bytes = Hex.decode(try text(name)), bytes.count == count else {
      throw .format("\(path).\(name)", why: "is not \(count) bytes in hexadecimal")
    }
    return bytes
  }

  func number(_ name: String) throws(AppraisalError) -> Int {
    guard let value = json[name]?.intValue, (0...65_535).contains(value) else {
      throw .format("\(path).\(name)", why: "is no number of 0 to 65535")
    }
    return Int(value)
  }

  func time(_ name: String) throws(AppraisalError) -> Int64 {
    guard let seconds = Timestamp.seconds(try text(name)) else {
      throw .format("\(path).\(name)", why: "is no time of RFC 3339")
    }
    return seconds
  }

  func status(_ name: String = "tcbStatus") throws(AppraisalError) -> TCBStatus {
    let text = try text(name)
    guard let status = TCBStatus(rawValue: text) else {
      throw .format("\(path).\(name)", why: "'\(text.prefix(60))' is no TCB status")
    }
    return status
  }

  /// The objects of an array of at most 64.
  func objects(_ name: String) throws(AppraisalError) -> [CollateralFields] {
    guard let values = json[name]?.arrayValue, values.count <= 64 else {
      throw .format("\(path).\(name)", why: "is no array of at most 64")
    }
    var found: [CollateralFields] = []
    for value in values { found.append(try CollateralFields(value, "\(path).\(name)")) }
    return found
  }

  func object(_ name: String) throws(AppraisalError) -> CollateralFields {
    try CollateralFields(json[name], "\(path).\(name)")
  }

  /// Advisories that explain a status.
  var advisories: [String] { json["advisoryIDs"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
}

/// Bytes under a mask, as Intel compares attributes.
enum Masked {
  static func equal(_ value: [UInt8], _ expected: [UInt8], mask: [UInt8]) -> Bool {
    value.count == expected.count && value.count == mask.count
      && value.indices.allSatisfy { value[$0] & mask[$0] == expected[$0] & mask[$0] }
  }
}
