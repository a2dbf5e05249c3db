internal import Codec
internal import Cryptography
internal import MerkleLog

/// The largest head of the log that this service has seen, with the key that was pinned at first contact.
struct KeptLogHead: Equatable, Sendable {
  static let bytesMax = 4096

  let origin: String
  let vkey: String
  let size: UInt64
  let root: Digest32

  init(origin: String, vkey: String, size: UInt64, root: Digest32) {
    self.origin = origin
    self.vkey = vkey
    self.size = size
    self.root = root
  }

  /// Nil for bytes that hold none.
  init?(_ bytes: [UInt8]) {
    guard let json = try? JSON(parsing: bytes), let origin = json["origin"]?.stringValue,
      let vkey = json["vkey"]?.stringValue, let size = json["size"]?.stringValue.flatMap({ UInt64($0) }),
      let root = json["root"]?.stringValue.flatMap({ try? Digest32(hex: $0) })
    else { return nil }
    self.init(origin: origin, vkey: vkey, size: size, root: root)
  }

  var encoded: [UInt8] {
    JSON.object([
      JSONMember("origin", .string(origin)), JSONMember("vkey", .string(vkey)), JSONMember("size", .decimal(size)),
      JSONMember("root", .string(root.hex)),
    ]).serialized() + [0x0A]
  }
}
