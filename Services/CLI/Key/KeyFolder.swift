import Codec
import Cryptography
import Foundation
import Receipts
import ServiceKit

/// What a data folder knows of the suite's keys: the private ones, who the log admits, and what was stated of each.
struct KeyFolder {
  /// A line of the log's registration policy.
  struct Line {
    let issuer: String
    let key: VerifyingKey
    var kinds: Set<StatementKind>

    var keyID: Digest32 { COSEKey(key).thumbprint }
  }

  /// Which statement of a key is remembered.
  enum Word: String {
    case begin, end
  }

  /// Where each service keeps the key that it signs with.
  static let files = [
    "operator": "signing", "inference": "execution", "verification": "verdict", "attribution": "attribution",
    "storage": "custody", "orchestrator": "receipt",
  ]
  private static let bytesMax = 1 << 20

  let data: DataOption

  private var statements: URL { data.folder.appending(path: "up/keys", directoryHint: .isDirectory) }
  private var registration: URL { data.folder.appending(path: "storage/registration.json") }

  /// The key of a service; nil when it has none yet.
  func key(of service: String) throws -> SigningKey? {
    guard let name = Self.files[service] else { return nil }
    let folder = data.folder.appending(path: "\(service)/keys").path
    guard FileManager.default.fileExists(atPath: "\(folder)/\(name).key") else { return nil }
    return try KeyFile.load(folder: folder, name: name)
  }

  /// The private key with this public one, and the path of its file.
  func signer(_ key: VerifyingKey) throws -> (key: SigningKey, path: String)? {
    for (service, name) in Self.files {
      if let found = try self.key(of: service), found.publicKey == key {
        return (found, data.folder.appending(path: "\(service)/keys/\(name).key").path)
      }
    }
    return nil
  }

  func lines() throws -> [Line] {
    guard FileManager.default.fileExists(atPath: registration.path) else { return [] }
    return try (JSON(parsing: try Files.bytes(registration.path)).arrayValue ?? []).map { item in
      guard let issuer = item["iss"]?.stringValue, let text = item["key"]?.stringValue,
        let raw = try? Base64.decode(text),
        let algorithm = [SignatureAlgorithm.edDSA, .es256].first(where: { $0.publicKeyLength == raw.count }),
        let key = try? VerifyingKey(algorithm: algorithm, raw: raw), let words = item["kinds"]?.arrayValue
      else { throw Failure("\(registration.path) is no registration policy", status: 65) }
      return Line(
        issuer: issuer, key: key,
        kinds: Set(words.compactMap { $0.stringValue.flatMap(StatementKind.init(rawValue:)) }))
    }
  }

  /// Replaces the registration policy; storage reads it again with the next append.
  func write(_ lines: [Line]) throws {
    let rows = lines.map { line -> JSON in
      [
        "iss": .string(line.issuer), "kid": .string(line.keyID.named), "key": .string(Base64.encode(line.key.raw)),
        "kinds": .array(line.kinds.map(\.rawValue).sorted().map { .string($0) }),
      ]
    }
    let bytes = JSON.array(rows).serialized()
    if (try? Files.bytes(registration.path)) != bytes { try Files.write(bytes, to: registration) }
  }

  /// What was signed of a key, and perhaps registered.
  func remembered(_ keyID: Digest32, _ word: Word) throws -> SignedStatement? {
    let path = place(keyID, word)
    do { return try StateFile.read(path, limit: Self.bytesMax).map { try SignedStatement($0) } } catch {
      throw Failure("\(path) cannot be read: \(error)", status: 65)
    }
  }

  /// Before it is registered: a statement that is made again would be another one.
  func remember(_ signed: SignedStatement, _ keyID: Digest32, _ word: Word) throws {
    try FileManager.default.createDirectory(at: statements, withIntermediateDirectories: true)
    do { try StateFile.replace(place(keyID, word), signed.bytes) } catch {
      throw Failure("\(place(keyID, word)) cannot be written: \(error)", status: 73)
    }
  }

  /// The newest other key that began under this issuer: the one whose place a new key takes.
  func predecessor(of keyID: Digest32, issuer: String) throws -> Digest32? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: statements.path)) ?? []
    let others = try names.filter { $0.hasSuffix(".\(Word.begin).cose") }.compactMap { name -> KeyPredicate? in
      guard let other = try? Digest32(hex: String(name.prefix(64))), other != keyID,
        let signed = try remembered(other, .begin), signed.statement.issuer.utf8.elementsEqual(issuer.utf8)
      else { return nil }
      return try KeyPredicate(signed.statement.predicate)
    }
    return others.max { $0.fromIndex < $1.fromIndex }?.keyID
  }

  private func place(_ keyID: Digest32, _ word: Word) -> String {
    statements.appending(path: "\(keyID.hex).\(word).cose").path
  }
}
