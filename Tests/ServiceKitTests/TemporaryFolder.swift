import Cryptography
import Foundation
import Glibc

/// Runs `work` with a fresh folder and removes it afterwards.
func withFolder<Value>(_ work: (String) throws -> Value) throws -> Value {
  let folder = try freshFolder()
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try work(folder)
}

func freshFolder() throws -> String {
  let folder = "\(NSTemporaryDirectory())/colophon-test-\(Hex.encode(try SecureRandom.bytes(8)))"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  return folder
}

/// The permission bits of a file or folder.
func mode(_ path: String) -> UInt32 {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
}
