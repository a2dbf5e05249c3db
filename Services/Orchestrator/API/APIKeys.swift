internal import Cryptography
internal import Foundation

/// The keys that may use `/v1`, known by their digests alone.
struct APIKeys: Sendable {
  static let fileBytesMax = 1 << 20

  private let digests: Set<Digest32>

  init(_ keys: [String]) { digests = Set(keys.map { SHA256.hash(Array($0.utf8)) }) }

  /// One key a line; empty lines and those that begin with `#` are passed over.
  init(file path: String) throws {
    let text: Data
    do { text = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw APIKeysError(path: path, why: "cannot be read: \(error.localizedDescription)")
    }
    guard text.count <= Self.fileBytesMax else {
      throw APIKeysError(path: path, why: "is larger than \(Self.fileBytesMax) bytes")
    }
    let keys = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    guard !keys.isEmpty else { throw APIKeysError(path: path, why: "holds no key: give one a line") }
    guard keys.allSatisfy({ $0.utf8.count >= 16 }) else {
      throw APIKeysError(path: path, why: "holds a key of fewer than 16 characters, which could be guessed")
    }
    self.init(keys)
  }

  /// The owner that a key stands for, or nil. Comparing digests tells a caller nothing about the keys.
  func owner(of key: String) -> String? {
    let digest = SHA256.hash(Array(key.utf8))
    return digests.contains(digest) ? "key:\(digest.hex.prefix(16))" : nil
  }
}

struct APIKeysError: Error, CustomStringConvertible {
  let path: String
  let why: String

  var description: String { "API keys file \(path) \(why)" }
}
