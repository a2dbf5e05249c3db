internal import Credit
internal import Cryptography
internal import Foundation

/// The keys that may use `/v1`, known by their digests alone.
struct APIKeys: Sendable {
  static let fileBytesMax = 1 << 20

  /// With the contributor that a key belongs to, if any.
  private let contributors: [Digest32: String?]

  /// Each line is a key, and perhaps `contributor=ID` behind it. Errors: the number of the first line that is neither.
  private init(lines: [String]) throws(BadLine) {
    var contributors: [Digest32: String?] = [:]
    for (at, line) in lines.enumerated() {
      let words = line.split(separator: " ")
      let id = words.count == 2 ? words[1].wholeMatch(of: /contributor=(.+)/).map { String($0.1) } : nil
      guard words.count == 1 || id.map(CreditID.isValid) == true else { throw BadLine(number: at + 1) }
      contributors.updateValue(id, forKey: SHA256.hash(Array(words[0].utf8)))
    }
    self.contributors = contributors
  }

  private struct BadLine: Error { let number: Int }

  init(_ keys: [String]) { contributors = Dictionary(keys.map { (SHA256.hash(Array($0.utf8)), nil) }) { $1 } }

  /// One key a line, perhaps with its contributor; empty lines and those that begin with `#` are passed over.
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
    guard keys.allSatisfy({ $0.prefix { $0 != " " }.utf8.count >= 16 }) else {
      throw APIKeysError(path: path, why: "holds a key of fewer than 16 characters, which could be guessed")
    }
    do { try self.init(lines: keys) } catch {
      throw APIKeysError(path: path, why: "holds as key \(error.number) what is neither KEY nor KEY contributor=ID")
    }
  }

  /// The owner that a key stands for, or nil. Comparing digests tells a caller nothing about the keys.
  func owner(of key: String) -> String? {
    let digest = SHA256.hash(Array(key.utf8))
    return contributors[digest] != nil ? "key:\(digest.hex.prefix(16))" : nil
  }

  /// The contributor whose key it is, or nil.
  func contributor(of key: String) -> String? { contributors[SHA256.hash(Array(key.utf8))] ?? nil }
}

struct APIKeysError: Error, CustomStringConvertible {
  let path: String
  let why: String

  var description: String { "API keys file \(path) \(why)" }
}
