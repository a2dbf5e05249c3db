import Codec
import Cryptography
import Foundation
import Receipts
import ServiceKit

/// What a data folder knows of the suite's keys: the private ones, who the log admits, and what was stated of each.
struct KeyFolder {
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
  /// Who the log admits.
  var registration: RegistrationFile { RegistrationFile(data) }

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
