internal import Codec
internal import Cryptography
internal import Glibc
internal import Receipts

/// The keys whose execution statements are accepted: the `execution` entries of a registration policy, a JSON list of
/// `{"iss", "kid": "sha256:<hex>", "key": "<base64>", "kinds": [...]}`. Read anew for each request: operators add keys.
struct ExecutionKeys: Sendable {
  struct Malformed: Error, Sendable, CustomStringConvertible {
    let description: String
  }

  static let bytesMax = 1 << 20

  private let keys: [(issuer: String, key: VerifyingKey)]

  init(path: String) throws {
    let json = try JSON(parsing: Self.read(path))
    guard let entries = json.arrayValue else { throw Malformed(description: "\(path) is not a JSON list") }
    keys = try entries.enumerated().compactMap { index, entry in
      guard let issuer = entry["iss"]?.stringValue, let text = entry["key"]?.stringValue,
        let kinds = entry["kinds"]?.arrayValue?.map(\.stringValue)
      else { throw Malformed(description: "\(path): entry \(index) lacks iss, key or kinds") }
      guard kinds.contains("execution") else { return nil }
      return (issuer, try VerifyingKey(raw: Base64.decode(text)))
    }
  }

  func accept(_ statement: SignedStatement) -> Bool {
    keys.contains { $0.issuer.utf8.elementsEqual(statement.statement.issuer.utf8) && statement.isSigned(by: $0.key) }
  }

  private static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "re") else { throw Malformed(description: "\(path) cannot be opened: errno \(errno)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0, count <= bytesMax else {
      throw Malformed(description: "\(path) cannot be read or is above the limit of \(bytesMax) bytes")
    }
    return Array(bytes[..<count])
  }
}
