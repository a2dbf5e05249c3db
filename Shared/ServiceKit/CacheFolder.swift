internal import Glibc

/// A folder of files, of any size, that can be had again: the longest unused go first.
public struct CacheFolder: Sendable {
  public struct File: Sendable, Equatable {
    public let name: String
    public let bytes: UInt64
  }

  private let path: String

  public init(path: String) { self.path = path }

  public func path(of name: String) -> String { "\(path)/\(name)" }

  public func has(_ name: String) -> Bool { SmallFile.exists(path(of: name)) }

  /// Its regular files, the longest unused first. Makes the folder where it is not there.
  public func files() throws(FileError) -> [File] {
    try SmallFile.makeFolder(path)
    guard let stream = opendir(path) else { throw .last("list", path) }
    defer { closedir(stream) }
    var found: [(file: File, used: timespec)] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      var status = stat()
      guard stat(path(of: name), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      found.append((File(name: name, bytes: UInt64(status.st_size)), status.st_mtim))
    }
    return found.sorted { ($0.used.tv_sec, $0.used.tv_nsec) < ($1.used.tv_sec, $1.used.tv_nsec) }.map(\.file)
  }

  /// Notes that a file is used now.
  public func touch(_ name: String) { utimensat(AT_FDCWD, path(of: name), nil, 0) }

  /// Whoever has it open or mapped goes on with it.
  public func remove(_ name: String) throws(FileError) {
    guard unlink(path(of: name)) == 0 || errno == ENOENT else { throw .last("remove", path(of: name)) }
  }
}
