import Cryptography

/// A signature that verified.
public struct VerifiedSignature: Hashable, Sendable {
  public let key: NoteVerifierKey
  /// When a cosigner says it signed, in seconds since 1970; nil for a plain signature.
  public let timeSeconds: UInt64?
}

extension SignedNote {
  /// The signatures by these keys, each verified, in the order of the note.
  ///
  /// A signature by a listed key that does not verify refuses the whole note, and so do two by one key. Signatures by
  /// other keys are passed over, or refused when `refusingUnknown`: then every line of the note is authenticated.
  /// Errors: ``NoteError``.
  public func verify(
    with keys: [NoteVerifierKey], refusingUnknown: Bool = false
  ) throws(NoteError) -> [VerifiedSignature] {
    try Self.requireDistinct(keys)
    var verified: [VerifiedSignature] = []
    for signature in signatures {
      guard let key = keys.first(where: { $0.made(signature) }) else {
        if refusingUnknown { throw .unknownSignature(signature.name) }
        continue
      }
      guard !verified.contains(where: { $0.key == key }) else { throw .repeatedSignature(key.name) }
      verified.append(try key.verify(signature, text: text))
    }
    guard !verified.isEmpty else { throw .noKnownSignature }
    return verified
  }

  /// The note with the signatures by these keys alone, each verified: what may be exported.
  /// Errors: as ``verify(with:refusingUnknown:)``.
  public func keeping(only keys: [NoteVerifierKey]) throws(NoteError) -> SignedNote {
    _ = try verify(with: keys)
    return try SignedNote(text: text, signatures: signatures.filter { line in keys.contains { $0.made(line) } })
  }

  private static func requireDistinct(_ keys: [NoteVerifierKey]) throws(NoteError) {
    for (position, key) in keys.enumerated() {
      let isRepeated = keys[..<position].contains { $0.id == key.id && $0.name.utf8.elementsEqual(key.name.utf8) }
      guard !isRepeated else { throw .sameKeyTwice(key.name) }
    }
  }
}

extension NoteVerifierKey {
  fileprivate func verify(_ signature: NoteSignature, text: String) throws(NoteError) -> VerifiedSignature {
    switch kind {
    case .ed25519:
      guard key.isValid(signature: signature.bytes, for: Array(text.utf8)) else { throw .badSignature(name) }
      return VerifiedSignature(key: self, timeSeconds: nil)
    case .cosignature:
      guard signature.bytes.count == 8 + 64 else { throw .badSignature(name) }
      let time = signature.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      let message = try Cosigner.message(text: text, timeSeconds: time)
      guard key.isValid(signature: Array(signature.bytes.dropFirst(8)), for: message) else { throw .badSignature(name) }
      return VerifiedSignature(key: self, timeSeconds: time)
    }
  }
}
