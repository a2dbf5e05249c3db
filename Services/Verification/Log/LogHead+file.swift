internal import Codec
internal import Cryptography
internal import MerkleLog

/// The file that keeps a head: one line of JSON.
extension LogHead {
  static let fileBytesMax = 4096

  /// Nil for bytes that hold none.
  init?(file bytes: [UInt8]) {
    guard let json = try? JSON(parsing: bytes), let origin = json["origin"]?.stringValue,
      let vkey = json["vkey"]?.stringValue, let size = json["size"]?.stringValue.flatMap({ UInt64($0) }),
      let root = json["root"]?.stringValue.flatMap({ try? Digest32(hex: $0) })
    else { return nil }
    self.init(origin: origin, vkey: vkey, size: size, root: root)
  }

  var file: [UInt8] {
    JSON.object([
      JSONMember("origin", .string(origin)), JSONMember("vkey", .string(vkey)), JSONMember("size", .decimal(size)),
      JSONMember("root", .string(root.hex)),
    ]).serialized() + [0x0A]
  }
}
