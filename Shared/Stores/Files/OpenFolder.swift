internal import Glibc

/// A folder held open: names below it are looked up one at a time and never through a link, so that nothing placed in
/// a store's folder can lead a read or a write out of it.
final class OpenFolder: Sendable {
  let path: String
  private let handle: Int32
  private let calls: FileCalls

  private init(path: String, handle: Int32, calls: FileCalls) {
    self.path = path
    self.handle = handle
    self.calls = calls
  }

  deinit { calls.close(handle) }

  /// Opens a store's own folder, making it and those above it (0700).
  convenience init(making path: String, calls: FileCalls = .system) throws(StoreFileError) {
    do { try Folder.make(path) } catch {
      throw .failed(operation: error.operation, path: error.path, errno: error.errno)
    }
    let handle = calls.open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0)
    guard handle >= 0 else { throw .last("open", path) }
    self.init(path: path, handle: handle, calls: calls)
  }

  /// The folder of this name, nil when there is none and it is not to be made. When `making`, its name is durable on
  /// return, also if it was there: whoever made it may have died before it synced.
  func folder(_ name: some StringProtocol, making: Bool) throws(StoreFileError) -> OpenFolder? {
    let name = String(name)
    let below = "\(path)/\(name)"
    if making {
      guard calls.makeFolder(handle, name, 0o700) == 0 || errno == EEXIST else { throw .last("make folder", below) }
      try sync()
    }
    let found = calls.open(handle, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0)
    if found < 0 {
      guard errno == ENOENT, !making else { throw .last("open", below) }
      return nil
    }
    return OpenFolder(path: below, handle: found, calls: calls)
  }

  /// The file of this name, nil when there is none and it is not to be made. One that is made is open for writing too.
  func file(_ name: String, making: Bool = false) throws(StoreFileError) -> OpenFile? {
    let at = "\(path)/\(name)"
    let flags = (making ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    var found = calls.open(handle, name, flags, 0)
    if found < 0, errno == ENOENT, making { found = calls.open(handle, name, flags | O_CREAT | O_EXCL, 0o600) }
    if found < 0 {
      guard errno == ENOENT else { throw .last("open", at) }
      return nil
    }
    return try OpenFile(path: at, handle: found, calls: calls)
  }

  /// All bytes of the file, nil when there is none.
  func read(_ name: String, bytesMax: Int) throws(StoreFileError) -> [UInt8]? {
    let at = "\(path)/\(name)"
    let file = calls.open(handle, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0)
    if file < 0 {
      guard errno == ENOENT else { throw .last("open", at) }
      return nil
    }
    defer { calls.close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .last("stat", at) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: at) }
    guard status.st_size <= bytesMax else { throw .tooLarge(path: at, bytesMax: bytesMax) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let got = bytes[filled...].withUnsafeMutableBytes { calls.read(file, $0) }
      if got == 0 { break }
      if got < 0 {
        guard errno == EINTR else { throw .last("read", at) }
      } else {
        filled += got
      }
    }
    // A file that shrank meanwhile is short: its digest or its reader will say so.
    return Array(bytes[..<filled])
  }

  /// Writes a new file (0600) and syncs its bytes; the name is durable only after ``sync()``.
  func write(_ name: String, _ bytes: [UInt8]) throws(StoreFileError) {
    let at = "\(path)/\(name)"
    let file = calls.open(handle, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw .last("create", at) }
    defer { calls.close(file) }
    var written = 0
    while written < bytes.count {
      let got = bytes[written...].withUnsafeBytes { calls.write(file, $0) }
      if got < 0 {
        guard errno == EINTR else { throw .last("write", at) }
      } else {
        written += got
      }
    }
    guard calls.sync(file) == 0 else { throw .last("fsync", at) }
  }

  /// Gives a file its place, over whatever has that name.
  func rename(_ name: String, to target: String, in folder: OpenFolder) throws(StoreFileError) {
    guard calls.rename(handle, name, folder.handle, target) == 0 else {
      throw .last("rename to", "\(folder.path)/\(target)")
    }
  }

  /// Makes the names in this folder durable.
  func sync() throws(StoreFileError) {
    guard calls.sync(handle) == 0 else { throw .last("fsync", path) }
  }

  /// Removes a file; one that is not there is removed already.
  func remove(_ name: String) throws(StoreFileError) {
    guard calls.unlink(handle, name, 0) == 0 || errno == ENOENT else { throw .last("remove", "\(path)/\(name)") }
  }

  /// Removes a folder of files, if it is there. Not made durable: what comes back after a crash can be removed again.
  func removeFolder(_ name: String) throws(StoreFileError) {
    guard let folder = try folder(name, making: false) else { return }
    for file in try folder.names() { try folder.remove(file) }
    guard calls.unlink(handle, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
      throw .last("remove", "\(path)/\(name)")
    }
  }

  /// The names in this folder, in no order.
  func names() throws(StoreFileError) -> [String] {
    // A handle of its own: reading moves the position of the one it is given.
    let copy = openat(handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else { throw .last("list", path) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
