import Cryptography
import Foundation
import Testing

/// Files under Tests/Vectors/cose.
enum COSEVectors {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Vectors/cose")

  static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appending(path: path)))
  }

  static func text(_ path: String) throws -> String {
    try String(decoding: bytes(path), as: UTF8.self)
  }
}

/// Bytes of a hexadecimal literal.
func hex(_ text: String) throws -> [UInt8] {
  try #require(Hex.decode(text))
}

func utf8(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
