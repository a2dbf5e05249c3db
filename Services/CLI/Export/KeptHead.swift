import Foundation
import MerkleLog
import Receipts

/// The head of the log that somebody other than storage remembers: the start of an export's consistency proof.
enum KeptHead {
  static func url(_ data: DataOption) -> URL { data.folder.appending(path: "up/checkpoint") }

  /// The first head stays: the older it is, the more its consistency shows.
  static func keep(_ storage: String, _ data: DataOption) async throws {
    guard !FileManager.default.fileExists(atPath: url(data).path) else { return }
    let policy = try TrustPolicy(try Files.bytes(data.trust.path))
    try Files.write(try await LogReader(storage, data).checkpoint(policy.log).note.encoded, to: url(data))
  }
}
