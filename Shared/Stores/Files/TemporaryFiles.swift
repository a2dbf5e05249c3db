internal import Cryptography

/// Files on their way to their place: written and synced here, then renamed. The folder must be on the store's own file
/// system, and belongs to one process.
struct TemporaryFiles: Sendable {
  private let folder: OpenFolder

  /// Opens the folder and removes what a crash has left in it.
  init(folder path: String, calls: FileCalls = .system) throws {
    folder = try OpenFolder(making: path, calls: calls)
    for name in try folder.names() { try folder.remove(name) }
  }

  /// Writes and syncs the bytes under a name of their own.
  func write(_ bytes: [UInt8]) throws -> String {
    let name = Hex.encode(try SecureRandom.bytes(12))
    do { try folder.write(name, bytes) } catch {
      try? folder.remove(name)
      throw error
    }
    return name
  }

  /// Moves a written file to its place. The caller syncs the folder there.
  func move(_ name: String, to target: String, in place: OpenFolder) throws(StoreFileError) {
    try folder.rename(name, to: target, in: place)
  }
}
