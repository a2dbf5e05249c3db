internal import Cryptography

/// The bearer token that the services of one installation show each other.
public enum TokenFile {
  /// The token in `path`, which is made from 32 random bytes if it is not there. Refuses a file that others may read.
  public static func load(_ path: String) throws -> String {
    if !SmallFile.exists(path) {
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
        try SmallFile.makeFolder(String(path[..<slash]))
      }
      _ = try SmallFile.create(path, Array((Hex.encode(SecureRandom.bytes(32)) + "\n").utf8))
    }
    var bytes = try SmallFile.read(path, limit: 4096, secret: true)
    while bytes.last == 0x0A || bytes.last == 0x0D { bytes.removeLast() }
    guard (16...256).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw FileError.badToken(path: path)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
