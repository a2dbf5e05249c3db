internal import Cryptography
public import MerkleLog
internal import ServiceKit

/// A witness that storage asks for cosignatures.
public struct WitnessPeer: Sendable, Equatable {
  public let key: NoteVerifierKey
  /// The submission prefix, without a slash at its end.
  public let url: String

  public init(key: NoteVerifierKey, url: String) {
    self.key = key
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
  }
}

/// The file that `--witnesses` names: a verifier key, a space and a URL on each line; `#` begins a comment line.
enum WitnessList {
  static let bytesMax = 64 * 1024
  static let witnessesMax = 32

  struct Failure: Error, Equatable, CustomStringConvertible {
    let path: String
    let why: String
    var description: String { "the list of witnesses \(path): \(why)" }
  }

  static func read(_ path: String) throws -> [WitnessPeer] {
    let bytes: [UInt8]
    do { bytes = try SmallFile.read(path, limit: bytesMax) } catch { throw Failure(path: path, why: "\(error)") }
    return try parse(String(decoding: bytes, as: UTF8.self), path: path)
  }

  static func parse(_ text: String, path: String) throws(Failure) -> [WitnessPeer] {
    var witnesses: [WitnessPeer] = []
    for (position, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.first == "#" { continue }
      func failure(_ why: String) -> Failure { Failure(path: path, why: "line \(position + 1): \(why)") }
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw failure("is not a verifier key, one space and a URL") }
      let key: NoteVerifierKey
      do { key = try NoteVerifierKey(String(parts[0])) } catch { throw failure("\(error)") }
      guard key.kind == .cosignature else { throw failure("\"\(key.name)\" is no witness's key (signature type 4)") }
      guard isURL(parts[1]) else { throw failure("\"\(parts[1].prefix(120))\" is no http:// or https:// address") }
      guard witnesses.count < witnessesMax else { throw failure("more than \(witnessesMax) witnesses") }
      guard !witnesses.contains(where: { $0.key.key == key.key }) else { throw failure("the key is listed twice") }
      witnesses.append(WitnessPeer(key: key, url: String(parts[1])))
    }
    return witnesses
  }

  static func isURL(_ text: Substring) -> Bool {
    for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
      let rest = text.dropFirst(scheme.count)
      return rest.first.map { $0 != "/" } == true
        && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"?#@\\\"".utf8.contains($0) }
    }
    return false
  }
}
