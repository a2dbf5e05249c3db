import Glibc

/// A model on disk: a folder `<id>/` with `manifest.cose` and the weights, as `model.gguf` (a file or a link to one) or
/// as a file `path` that holds the path of one.
public struct ModelFolder: Sendable, Equatable {
  public static let manifestBytesMax = 1 << 20
  public static let foldersMax = 1024

  public let path: String

  public init(path: String) { self.path = path }

  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The folders of models below `parent`, in order of name; none when it does not exist.
  public static func all(in parent: String) throws(GenerationError) -> [ModelFolder] {
    guard let directory = opendir(parent) else {
      if errno == ENOENT { return [] }
      throw .unreadable(path: parent, why: "cannot be listed: errno \(errno)")
    }
    defer { closedir(directory) }
    var folders: [ModelFolder] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix("."), access("\(parent)/\(name)/manifest.cose", F_OK) == 0 else { continue }
      folders.append(ModelFolder(path: "\(parent)/\(name)"))
      guard folders.count <= foldersMax else {
        throw .unreadable(path: parent, why: "holds more than \(foldersMax) models")
      }
    }
    return folders.sorted { $0.path < $1.path }
  }

  /// The signed manifest's bytes.
  public func manifest() throws(GenerationError) -> [UInt8] {
    try Self.read("\(path)/manifest.cose", limit: Self.manifestBytesMax)
  }

  /// Where the weights are.
  public func weightsPath() throws(GenerationError) -> String {
    let file = "\(path)/model.gguf"
    if access(file, F_OK) == 0 { return file }
    guard access("\(path)/path", F_OK) == 0 else {
      throw .unreadable(path: file, why: "is not there: put the model's file or a link to it there")
    }
    var bytes = try Self.read("\(path)/path", limit: 4096)
    while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func read(_ path: String, limit: Int) throws(GenerationError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, why: "cannot be opened: errno \(errno)") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count <= limit {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, limit + 1 - count)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .unreadable(path: path, why: "cannot be read: errno \(errno)") }
      if got == 0 { break }
      count += got
    }
    guard count <= limit else { throw .unreadable(path: path, why: "is above the limit of \(limit) bytes") }
    return Array(bytes[..<count])
  }
}
