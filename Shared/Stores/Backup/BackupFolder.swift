internal import Cryptography
internal import Glibc

/// A folder that is being filled with copies: each durable, each with its digest.
final class BackupFolder {
  private static var pieceBytes: Int { 1 << 20 }

  let path: String
  private(set) var files: [BackupManifest.File] = []
  private var folders: Set<String> = []
  private let fault: BackupFault

  /// Makes the folder, which must not be there or be empty.
  init(_ path: String, fault: @escaping BackupFault) throws {
    self.path = path
    self.fault = fault
    try make("")
    guard try Self.names(path).isEmpty else { throw BackupError.notEmpty(path: path) }
  }

  /// The place of a file to be written, with the folders above it.
  func place(_ relative: String) throws -> String {
    try make(relative.split(separator: "/").dropLast().joined(separator: "/"))
    return "\(path)/\(relative)"
  }

  func write(_ bytes: [UInt8], to relative: String) throws {
    let at = try place(relative)
    let file = open(at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw BackupError.last("create", at) }
    defer { close(file) }
    try bytes.withUnsafeBytes { try Self.write($0, to: file, at) }
    guard fsync(file) == 0 else { throw BackupError.last("fsync", at) }
    try add(relative, UInt64(bytes.count), SHA256.hash(bytes))
  }

  /// Copies a file in pieces. False when there is none.
  @discardableResult
  func copy(_ source: String, to relative: String) throws -> Bool {
    let from = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    if from < 0 {
      guard errno == ENOENT || errno == ENOTDIR else { throw BackupError.last("open", source) }
      return false
    }
    defer { close(from) }
    var status = stat()
    guard fstat(from, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw BackupError.damagedSource(path: source, why: "it is not a regular file")
    }
    let at = try place(relative)
    let file = open(at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw BackupError.last("create", at) }
    defer { close(file) }
    let (bytes, digest) = try Self.pump(from, source) { try Self.write($0, to: file, at) }
    guard fsync(file) == 0 else { throw BackupError.last("fsync", at) }
    try add(relative, bytes, digest)
    return true
  }

  /// Takes in a file that somebody else has written to its place.
  func adopt(_ relative: String) throws {
    let at = "\(path)/\(relative)"
    let file = open(at, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw BackupError.last("open", at) }
    defer { close(file) }
    let (bytes, digest) = try Self.pump(file, at) { _ in }
    guard fsync(file) == 0 else { throw BackupError.last("fsync", at) }
    try add(relative, bytes, digest)
  }

  /// Makes every name durable.
  func sync() throws {
    for folder in folders.sorted().reversed() {
      let handle = open("\(path)/\(folder)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard handle >= 0 else { throw BackupError.last("open", "\(path)/\(folder)") }
      defer { close(handle) }
      guard fsync(handle) == 0 else { throw BackupError.last("fsync", "\(path)/\(folder)") }
    }
  }

  private func add(_ relative: String, _ bytes: UInt64, _ digest: Digest32) throws {
    files.append(.init(path: relative, bytes: bytes, digest: digest))
    try fault(.copied(relative))
  }

  private func make(_ relative: String) throws {
    guard !folders.contains(relative) else { return }
    do { try Folder.make(relative.isEmpty ? path : "\(path)/\(relative)") } catch {
      throw BackupError.file(operation: error.operation, path: error.path, errno: error.errno)
    }
    var at = relative
    while folders.insert(at).inserted, let slash = at.lastIndex(of: "/") { at = String(at[..<slash]) }
    folders.insert("")
  }

  /// Reads to the end; each piece goes to `use` and into the digest.
  private static func pump(
    _ file: Int32, _ path: String, _ use: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> (UInt64, Digest32) {
    var hasher = SHA256Hasher()
    var bytes: UInt64 = 0
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    while true {
      let got = piece.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if got == 0 { break }
      if got < 0 {
        guard errno == EINTR else { throw BackupError.last("read", path) }
        continue
      }
      try piece.withUnsafeBytes {
        let filled = UnsafeRawBufferPointer(rebasing: $0[..<got])
        hasher.update(filled)
        try use(filled)
      }
      bytes += UInt64(got)
    }
    return (bytes, hasher.finalize())
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, _ path: String) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let got = Glibc.write(file, piece.baseAddress, piece.count)
      if got < 0 {
        guard errno == EINTR else { throw BackupError.last("write", path) }
      } else {
        rest = rest.dropFirst(got)
      }
    }
  }

  /// What is in a folder, in order; nothing when there is none.
  static func names(_ path: String) throws -> [String] {
    guard let stream = opendir(path) else {
      guard errno == ENOENT else { throw BackupError.last("list", path) }
      return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
