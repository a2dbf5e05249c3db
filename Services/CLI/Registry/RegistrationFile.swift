import Codec
import Cryptography
import Foundation
import Receipts

/// Which keys the log admits, and for what. Storage reads the file again when it changes.
struct RegistrationFile {
  private let url: URL

  init(_ data: DataOption) { url = data.folder.appending(path: "storage/registration.json") }

  func write(_ issuers: [TrustPolicy.Issuer]) throws { try write(rows: issuers.map(Self.row)) }

  /// Adds an issuer to those that are there.
  func admit(_ issuer: TrustPolicy.Issuer) throws {
    let row = Self.row(issuer)
    let known = try FileManager.default.contents(atPath: url.path).map { try JSON(parsing: Array($0)).arrayValue ?? [] }
    let rows = (known ?? []).filter { $0["kid"] != row["kid"] }
    try write(rows: rows + [row])
  }

  private func write(rows: [JSON]) throws {
    let bytes = JSON.array(rows).serialized()
    if (try? Files.bytes(url.path)) != bytes { try Files.write(bytes, to: url) }
  }

  private static func row(_ issuer: TrustPolicy.Issuer) -> JSON {
    [
      "iss": .string(issuer.issuer), "kid": .string("sha256:" + Hex.encode(issuer.keyID)),
      "key": .string(Base64.encode(issuer.key.raw)),
      "kinds": .array(issuer.kinds.map(\.rawValue).sorted().map { .string($0) }),
    ]
  }
}
