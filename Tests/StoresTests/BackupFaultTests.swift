import Cryptography
import Foundation
import MerkleLog
import Receipts
import Testing

@testable import Stores

/// Backups that are stopped, damaged or made up.
@Suite struct BackupFaultTests {
  let suite = BackupFixture()

  @Test func `Stopped at any step, a backup leaves the suite as it was and is no backup until it is whole`()
    async throws
  {
    _ = try await suite.makeSuite()
    let before = suite.image(suite.data)
    for step in 1... {
      let target = "\(suite.scratch.path)/backup-\(step)"
      let outcome = Result { try suite.back(up: target, fault: BackupFixture.stop(at: step)) }
      #expect(suite.image(suite.data) == before)
      let restore = SuiteRestore(backup: target, data: "\(suite.scratch.path)/from-\(step)")
      if case .success = outcome {
        #expect(step > 10)
        break
      }
      let reached = FileManager.default.fileExists(atPath: "\(target)/\(BackupManifest.name)")
      if reached {
        #expect(try restore.run().logSize == 6)
      } else {
        #expect(throws: BackupError.incomplete(path: target)) { try restore.run() }
        #expect(!FileManager.default.fileExists(atPath: restore.data))
        // At the first step there is nothing in it.
        if step > 1 { #expect(throws: BackupError.notEmpty(path: target)) { try suite.back(up: target) } }
      }
    }
  }

  @Test func `Stopped at any step, a restore leaves the backup as it was and a folder that is whole or not there`()
    async throws
  {
    _ = try await suite.makeSuite()
    let manifest = try suite.back()
    let before = suite.image(suite.backup)
    for step in 1... {
      let outcome = Result { try suite.restore { $0.fault = BackupFixture.stop(at: step) } }
      #expect(suite.image(suite.backup) == before)
      if FileManager.default.fileExists(atPath: suite.restored) {
        #expect(suite.image(suite.restored).count == manifest.files.count)
        #expect(try await LogFixture(folder: "\(suite.restored)/storage").open().published.size == 6)
        #expect(throws: BackupError.notEmpty(path: suite.restored)) { try suite.restore() }
        try FileManager.default.removeItem(atPath: suite.restored)
      } else {
        #expect(throws: BackupError.leftover(path: "\(suite.restored).restoring")) { try suite.restore() }
        try FileManager.default.removeItem(atPath: "\(suite.restored).restoring")
      }
      if case .success = outcome { return #expect(step > 10) }
    }
  }

  @Test func `Any changed, shortened or missing file is found and named, and nothing is made`() async throws {
    _ = try await suite.makeSuite()
    for file in try suite.back().files {
      let url = URL(filePath: "\(suite.backup)/\(file.path)")
      let bytes = try Data(contentsOf: url)
      var changed = bytes
      changed[changed.count / 2] ^= 1
      for damage in [changed, bytes.dropLast(), bytes + [0], nil] {
        if let damage { try damage.write(to: url) } else { try FileManager.default.removeItem(at: url) }
        let error = #expect(throws: BackupError.self) { try suite.restore() }
        guard case .damaged(file.path, _) = error else { throw Stopped() }
        #expect(!FileManager.default.fileExists(atPath: suite.restored))
        try FileManager.default.removeItem(atPath: "\(suite.restored).restoring")
      }
      try bytes.write(to: url)
    }
    _ = try suite.restore()
  }

  @Test func `A manifest that is another, hostile or not canonical is refused`() async throws {
    _ = try await suite.makeSuite()
    let digest = try suite.back().digest()
    let url = URL(filePath: "\(suite.backup)/\(BackupManifest.name)")
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    #expect(throws: BackupError.self) { try suite.restore { $0.expected = SHA256.hash([]) } }
    for (old, new) in [
      ("\"version\":1", "\"version\":2"), ("\"path\":\"trust.json\"", "\"path\":\"../trust.json\""),
      ("\"path\":\"trust.json\"", "\"path\":\"/etc/passwd\""), ("\"path\":\"trust.json\"", "\"path\":\"a//b\""),
      ("\"path\":\"trust.json\"", "\"path\":\"backup.json\""), ("{\"created", "{ \"created"),
      ("\"log_size\":\"6\"", "\"log_size\":6"), ("\"bytes\":\"2\"", "\"bytes\":\"-2\""), ("}]", "}"),
      ("sha256", "sha1"),
    ] {
      #expect(text.contains(old), "\(old)")
      try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: url)
      let error = #expect(throws: BackupError.self, "\(new)") { try suite.restore() }
      guard case .manifest = error else { throw Stopped() }
      #expect(!FileManager.default.fileExists(atPath: suite.restored))
    }
    try Data(text.utf8).write(to: url)
    _ = try suite.restore { $0.expected = digest }
  }
}
