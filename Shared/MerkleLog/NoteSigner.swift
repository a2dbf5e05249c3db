public import Cryptography

/// Signs note texts under a name with Ed25519 (signature type 1): the log's checkpoint key.
public struct NoteSigner: Sendable {
  public let verifierKey: NoteVerifierKey
  private let key: SigningKey

  /// Errors: ``NoteError/keyName(_:)``.
  public init(name: String, key: SigningKey) throws(NoteError) {
    verifierKey = try NoteVerifierKey(name: name, kind: .ed25519, key: key.publicKey)
    self.key = key
  }

  /// A signature line over `text`, which must end in a newline. Errors: ``NoteError``.
  public func sign(_ text: String) throws(NoteError) -> NoteSignature {
    try SignedNote.check(text: Array(text.utf8))
    return try verifierKey.line(signing: Array(text.utf8), prefix: [], with: key)
  }
}

/// Cosigns checkpoints at a time (signature type 4, `cosignature/v1`): a witness's key. It must have seen the log grow
/// consistently up to this checkpoint; that is for its owner to check.
public struct Cosigner: Sendable {
  public let verifierKey: NoteVerifierKey
  private let key: SigningKey

  /// Errors: ``NoteError/keyName(_:)``.
  public init(name: String, key: SigningKey) throws(NoteError) {
    verifierKey = try NoteVerifierKey(name: name, kind: .cosignature, key: key.publicKey)
    self.key = key
  }

  /// A cosignature line at `timeSeconds` since 1970. Errors: ``NoteError``.
  public func cosign(_ checkpoint: Checkpoint, timeSeconds: UInt64) throws(NoteError) -> NoteSignature {
    let message = try Self.message(text: checkpoint.text, timeSeconds: timeSeconds)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: timeSeconds >> (56 - 8 * UInt64($0))) }
    return try verifierKey.line(signing: message, prefix: prefix, with: key)
  }

  static func message(text: String, timeSeconds: UInt64) throws(NoteError) -> [UInt8] {
    guard timeSeconds <= UInt64(Int64.max) else { throw .time(timeSeconds) }
    return Array("cosignature/v1\ntime \(timeSeconds)\n\(text)".utf8)
  }
}

extension NoteVerifierKey {
  fileprivate func line(
    signing message: [UInt8], prefix: [UInt8], with key: SigningKey
  ) throws(NoteError) -> NoteSignature {
    do {
      return try NoteSignature(name: name, keyID: id, bytes: prefix + key.sign(message))
    } catch {
      throw .signing("\(error)")
    }
  }
}
