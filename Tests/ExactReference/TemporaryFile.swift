import Foundation

/// A file under the temporary folder that is removed with the object. Its path is lent, so that the file outlives
/// each use.
final class TemporaryFile {
  private let path: String

  init(_ bytes: [UInt8]) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("exact-\(UUID().uuidString).gguf").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  func use<Result>(_ body: (String) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(path) }
  }

  deinit { unlink(path) }
}
