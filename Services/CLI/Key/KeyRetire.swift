import ArgumentParser
import Codec
import Cryptography
import Foundation
import Receipts

struct KeyRetire: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retire", abstract: "State where a key ends, by the operator's key.",
    discussion: """
      The key is struck from DATA/storage/registration.json, so that the log admits nothing more by it; then its end is
      registered: the newest entry, or an earlier one with --to-index, where it was stolen before. Stop the key's service
      first. There is one end of a key, and no way back. Then remove the key's file: the service makes a new key, and the
      next 'colophon up' states it.
      """)

  @Argument(
    help: "sha256:<hex>, or the service whose key it is: inference, verification, storage, attribution, orchestrator.")
  var key: String
  @Option(help: "The last entry at which the key was good; by default the newest.") var toIndex: UInt64?
  @OptionGroup var storage: StorageOption

  func run() async throws {
    try await Failure.report {
      let folder = KeyFolder(data: storage.data)
      let keyID = try keyID(folder)
      let (to, index) = try await storage.with { try await retire(keyID, KeyRegister($0, storage.data)) }
      Console.out("\(keyID.named) ends with entry \(to), as entry \(index) of the log states")
      Console.out("now: colophon key trust, for each trust policy; and remove the key's file before the next start")
    }
  }

  private func keyID(_ folder: KeyFolder) throws -> Digest32 {
    if let keyID = Digest32(named: key) { return keyID }
    guard key != "operator", let own = try folder.key(of: key) else {
      throw Failure("\(key) is neither sha256:<64 hex digits> nor a service that has a key here", status: 64)
    }
    return COSEKey(own.publicKey).thumbprint
  }

  private func retire(_ keyID: Digest32, _ register: KeyRegister) async throws -> (to: UInt64, index: UInt64) {
    let folder = register.folder
    let operatorKey = try OperatorKey.load(storage.data).publicKey
    let own = try folder.registration.lines().first { $0.keyID == keyID }
    guard own?.key != operatorKey else {
      throw Failure(
        "the operator's key cannot end itself: another key that is listed for 'key' alone ends it", status: 64)
    }
    if let before = try folder.remembered(keyID, .end), let to = try KeyPredicate(before.statement.predicate).toIndex {
      guard toIndex ?? to == to else { throw Failure("\(keyID.named) ended at \(to) already", status: 65) }
      try strike(keyID, operatorKey, folder)
      return (to, try await register.end(try KeyPredicate(before.statement.predicate)))
    }
    let begun = try folder.remembered(keyID, .begin).map { try KeyPredicate($0.statement.predicate) }
    guard let kinds = begun?.kinds ?? own?.kinds else {
      throw Failure("nothing is known of \(keyID.named) here: it is neither registered nor stated", status: 66)
    }
    let (from, before) = (begun?.fromIndex ?? 0, try await register.logSize())
    let wanted = toIndex ?? before - 1
    guard wanted < before else {
      throw Failure("--to-index \(wanted) is beyond the newest entry, \(before - 1)", status: 64)
    }
    guard from <= wanted else { throw Failure("entry \(wanted) is before the key began, at \(from)", status: 64) }
    try strike(keyID, operatorKey, folder)
    // After its line is gone: no entry by this key can come behind the size.
    let newest = try await register.logSize() - 1
    let to = toIndex ?? newest
    return (to, try await register.end(try KeyPredicate(keyID: keyID, kinds: kinds, fromIndex: from, toIndex: to)))
  }

  /// The log admits nothing more by the key, and the end by the operator's.
  private func strike(_ keyID: Digest32, _ operatorKey: VerifyingKey, _ folder: KeyFolder) throws {
    var lines = try folder.registration.lines()
    lines.removeAll { $0.keyID == keyID || $0.key == operatorKey }
    lines.append(.init(issuer: OperatorKey.issuer, key: operatorKey, kinds: [.model, .key]))
    try folder.registration.write(lines)
  }
}
