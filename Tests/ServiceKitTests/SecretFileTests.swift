import Cryptography
import Foundation
import Glibc
import Testing

@testable import ServiceKit

@Suite struct SecretFileTests {
  @Test func aKeyIsMadeOnceForItsOwnerOnly() throws {
    try withFolder { folder throws in
      let keys = "\(folder)/storage/keys"
      let first = try KeyFile.load(folder: keys, name: "statement")
      #expect(mode(keys) == 0o700)
      #expect(mode("\(keys)/statement.key") == 0o600)
      let again = try KeyFile.load(folder: keys, name: "statement")
      #expect(again.publicKey == first.publicKey)
      #expect(try KeyFile.load(folder: keys, name: "log").publicKey != first.publicKey)
      #expect(try FileManager.default.contentsOfDirectory(atPath: keys).sorted() == ["log.key", "statement.key"])
    }
  }

  @Test(arguments: [0o640, 0o604, 0o644, 0o660] as [mode_t])
  func aKeyThatOthersMayReadIsRefused(_ bits: mode_t) throws {
    try withFolder { folder throws in
      _ = try KeyFile.load(folder: folder, name: "statement")
      #expect(chmod("\(folder)/statement.key", bits) == 0)
      #expect(throws: FileError.exposed(path: "\(folder)/statement.key", mode: bits)) {
        try KeyFile.load(folder: folder, name: "statement")
      }
    }
  }

  @Test(arguments: [0, 31, 33, 5000])
  func aKeyOfAnotherSizeIsRefused(_ size: Int) throws {
    try withFolder { folder throws in
      #expect(try SmallFile.create("\(folder)/statement.key", .init(repeating: 7, count: size)))
      #expect(throws: FileError.self) { try KeyFile.load(folder: folder, name: "statement") }
    }
  }

  @Test func aKeyOnACurveIsMadeOnceForItsOwnerOnly() throws {
    try withFolder { folder throws in
      let first = try KeyFile.loadEC(folder: "\(folder)/keys", name: "p256")
      #expect(mode("\(folder)/keys") == 0o700 && mode("\(folder)/keys/p256.pem") == 0o600)
      #expect(try KeyFile.loadEC(folder: "\(folder)/keys", name: "p256").publicKey == first.publicKey)
      #expect(chmod("\(folder)/keys/p256.pem", 0o640) == 0)
      #expect(throws: FileError.exposed(path: "\(folder)/keys/p256.pem", mode: 0o640)) {
        try KeyFile.loadEC(folder: "\(folder)/keys", name: "p256")
      }
      #expect(try SmallFile.create("\(folder)/seed.pem", .init(repeating: 7, count: 32)))
      #expect(throws: X509Error.self) { try KeyFile.loadEC(folder: folder, name: "seed") }
      #expect(try SmallFile.create("\(folder)/long.pem", .init(repeating: 7, count: ECSigningKey.pemBytesMax + 1)))
      #expect(throws: FileError.self) { try KeyFile.loadEC(folder: folder, name: "long") }
    }
  }

  @Test func processesThatStartTogetherAgreeOnOneToken() async throws {
    let folder = try freshFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tokens = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<16 { group.addTask { try TokenFile.load("\(folder)/data/token") } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(tokens.count == 1)
    #expect(tokens.first?.count == 64)
    #expect(mode("\(folder)/data/token") == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/data") == ["token"])
  }

  @Test(arguments: ["", "short\n", "sixteen characters with spaces\n", "two-lines-of-text\nand-another-line\n"])
  func aTokenThatCannotBeOneIsRefused(_ text: String) throws {
    try withFolder { folder throws in
      #expect(try SmallFile.create("\(folder)/token", Array(text.utf8)))
      #expect(throws: FileError.badToken(path: "\(folder)/token")) { try TokenFile.load("\(folder)/token") }
    }
  }

  @Test func aFileThatIsThereIsNeverReplaced() throws {
    try withFolder { folder throws in
      #expect(try SmallFile.create("\(folder)/f", [1]))
      #expect(try !SmallFile.create("\(folder)/f", [2]))
      #expect(try SmallFile.read("\(folder)/f", limit: 10) == [1])
    }
  }

  @Test func aFolderOrALargeFileIsNotReadAsAFile() throws {
    try withFolder { folder throws in
      #expect(throws: FileError.notRegular(path: folder)) { try SmallFile.read(folder, limit: 10) }
      #expect(try SmallFile.create("\(folder)/f", [1, 2, 3]))
      #expect(throws: FileError.tooLarge(path: "\(folder)/f", limit: 2)) {
        try SmallFile.read("\(folder)/f", limit: 2)
      }
    }
  }

  @Test func aSecondInstanceIsToldWhoHoldsTheFolder() throws {
    try withFolder { folder throws in
      do {
        let held = try DataLock(folder: "\(folder)/storage")
        #expect(throws: FileError.locked(path: "\(folder)/storage/lock", pid: "\(getpid())")) {
          try DataLock(folder: "\(folder)/storage")
        }
        withExtendedLifetime(held) {}
      }
      _ = try DataLock(folder: "\(folder)/storage")
    }
  }
}
