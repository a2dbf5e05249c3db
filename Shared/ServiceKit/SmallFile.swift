internal import Cryptography
internal import Glibc

/// Whole small files: settings, keys, tokens.
public enum SmallFile {
  /// All bytes of a regular file, refused above `limit`. With `secret`, also refused when others may read it.
  public static func read(_ path: String, limit: Int, secret: Bool = false) throws(FileError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .last("open", path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .last("stat", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
    if secret, status.st_mode & 0o077 != 0 { throw .exposed(path: path, mode: status.st_mode & 0o777) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var filled = 0
    while filled < bytes.count {
      let room = bytes.count - filled
      let got = bytes.withUnsafeMutableBytes { raw in
        raw.baseAddress.map { Glibc.read(file, $0 + filled, room) } ?? 0
      }
      if got == 0 { break }
      if got < 0 {
        guard errno == EINTR else { throw .last("read", path) }
        continue
      }
      filled += got
    }
    guard filled <= limit else { throw .tooLarge(path: path, limit: limit) }
    return Array(bytes[..<filled])
  }

  /// Makes `path` with these bytes and mode 0600, durably and all at once, unless it is there already.
  ///
  /// The bytes go to a temporary name first, which `link` then gives its real one: two processes that start together
  /// agree on the file of the faster one, and a crash leaves a whole file or none. Returns whether this call made it.
  static func create(_ path: String, _ bytes: [UInt8]) throws -> Bool {
    let temporary = "\(path).\(Hex.encode(try SecureRandom.bytes(8))).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileError.last("create", temporary) }
    defer { unlink(temporary) }
    do {
      defer { close(file) }
      var written = 0
      while written < bytes.count {
        let got = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if got < 0 {
          guard errno == EINTR else { throw FileError.last("write", temporary) }
        } else {
          written += got
        }
      }
      guard fsync(file) == 0 else { throw FileError.last("fsync", temporary) }
    }
    guard link(temporary, path) == 0 else {
      if errno == EEXIST { return false }
      throw FileError.last("link", path)
    }
    try syncFolder(of: path)
    return true
  }

  static func syncFolder(of path: String) throws(FileError) {
    let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
    let handle = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw .last("open", folder) }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw .last("fsync", folder) }
  }

  /// Makes a folder and those above it, mode 0700. One that is there stays as it is.
  static func makeFolder(_ path: String) throws(FileError) {
    var at = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      at += (at.isEmpty || at == "/" ? "" : "/") + part
      guard mkdir(at, 0o700) == 0 || errno == EEXIST || errno == EISDIR else { throw .last("make folder", at) }
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
