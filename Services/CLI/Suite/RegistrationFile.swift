import Codec
import Cryptography
import Foundation
import Receipts

/// Which keys the log admits, and for what: `DATA/storage/registration.json`. Storage reads it again when it changes.
struct RegistrationFile {
  /// A key, whose it is, and the kinds that it may register.
  struct Line {
    let issuer: String
    let key: VerifyingKey
    var kinds: Set<StatementKind>

    var keyID: Digest32 { COSEKey(key).thumbprint }
  }

  private let url: URL

  init(_ data: DataOption) { url = data.folder.appending(path: "storage/registration.json") }

  func lines() throws -> [Line] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    return try (JSON(parsing: try Files.bytes(url.path)).arrayValue ?? []).map { item in
      guard let issuer = item["iss"]?.stringValue, let text = item["key"]?.stringValue,
        let raw = try? Base64.decode(text),
        let algorithm = [SignatureAlgorithm.edDSA, .es256].first(where: { $0.publicKeyLength == raw.count }),
        let key = try? VerifyingKey(algorithm: algorithm, raw: raw), let words = item["kinds"]?.arrayValue
      else { throw Failure("\(url.path) is no registration policy", status: 65) }
      return Line(
        issuer: issuer, key: key,
        kinds: Set(words.compactMap { $0.stringValue.flatMap(StatementKind.init(rawValue:)) }))
    }
  }

  func write(_ issuers: [TrustPolicy.Issuer]) throws {
    try write(issuers.map { Line(issuer: $0.issuer, key: $0.key, kinds: $0.kinds) })
  }

  func write(_ lines: [Line]) throws {
    let rows = lines.map { line -> JSON in
      [
        "iss": .string(line.issuer), "kid": .string(line.keyID.named),
        "key": .string(Base64.encode(line.key.raw)),
        "kinds": .array(line.kinds.map(\.rawValue).sorted().map { .string($0) }),
      ]
    }
    let bytes = JSON.array(rows).serialized()
    if (try? Files.bytes(url.path)) != bytes { try Files.write(bytes, to: url) }
  }

  /// Adds a key to those that are there, or says anew what it is admitted for.
  func admit(_ line: Line) throws { try write(try lines().filter { $0.key != line.key } + [line]) }
}
