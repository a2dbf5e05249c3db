import Foundation

/// A model's folder that is removed with the object.
final class TemporaryFolder {
  let path: String

  init(_ files: [String: [UInt8]]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("exact-\(UUID().uuidString)")
    path = folder.path
    for (name, bytes) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
