internal import Cryptography
internal import Glibc

/// A small file that a service replaces as a whole: a reader, and a service after a crash, finds the old bytes or the new.
public enum StateFile {
  /// Nil when there is none. Errors: `FileError`.
  public static func read(_ path: String, limit: Int) throws -> [UInt8]? {
    SmallFile.exists(path) ? try SmallFile.read(path, limit: limit) : nil
  }

  /// Durable when it returns. Errors: `FileError`.
  public static func replace(_ path: String, _ bytes: [UInt8]) throws {
    let next = "\(path).\(Hex.encode(try SecureRandom.bytes(8)))"
    guard try SmallFile.create(next, bytes) else { throw FileError.last("create", next) }
    guard rename(next, path) == 0 else {
      let error = FileError.last("rename to", path)
      unlink(next)
      throw error
    }
    try SmallFile.syncFolder(of: path)
  }
}
