public import Cryptography

/// The signature types of c2sp.org/signed-note that this suite uses.
public enum NoteKeyKind: UInt8, Hashable, Sendable {
  /// Ed25519 over the note text.
  case ed25519 = 0x01
  /// Ed25519 over a time and a checkpoint (c2sp.org/tlog-cosignature, `cosignature/v1`).
  case cosignature = 0x04
}

/// The four bytes that say, with a name, which key made a signature. They identify; they do not authenticate.
public struct NoteKeyID: Hashable, Sendable, CustomStringConvertible {
  public let value: UInt32

  public init(_ value: UInt32) { self.value = value }

  /// `SHA-256(name ‖ "\n" ‖ type ‖ public key)[0..<4]`.
  public init(name: String, kind: NoteKeyKind, publicKey: [UInt8]) {
    let digest = SHA256.hash(Array(name.utf8) + [0x0a, kind.rawValue] + publicKey)
    value = digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  public var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

  /// Eight lower-case hexadecimal digits.
  public var description: String { Hex.encode(bytes) }
}

/// What a key may be called: the rule of c2sp.org/signed-note, and a length (tlog-cosignature's 255).
public enum NoteName {
  public static let bytesMax = 255

  public static func isValid(_ name: String) -> Bool {
    (1...bytesMax).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy {
        $0 != "+" && $0.value >= 0x20 && $0.value != 0x7f && !$0.properties.isWhitespace
      }
  }
}

/// A trusted note key, and its text form `name+hexid+base64(type ‖ key)`.
public struct NoteVerifierKey: Hashable, Sendable, CustomStringConvertible {
  public let name: String
  public let kind: NoteKeyKind
  public let key: VerifyingKey
  public let id: NoteKeyID

  /// Errors: ``NoteError/keyName(_:)``, ``NoteError/verifierKey(_:why:)`` when the key is not Ed25519.
  public init(name: String, kind: NoteKeyKind, key: VerifyingKey) throws(NoteError) {
    guard NoteName.isValid(name) else { throw .keyName(name) }
    guard key.algorithm == .edDSA else { throw .verifierKey(name, why: "is not an Ed25519 key") }
    self.name = name
    self.kind = kind
    self.key = key
    id = NoteKeyID(name: name, kind: kind, publicKey: key.raw)
  }

  /// Reads the text form; the key id must be the right one, in lower case. Errors: ``NoteError``.
  public init(_ text: String) throws(NoteError) {
    let shown = String(text.prefix(120))
    let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard text.utf8.count <= 512, parts.count == 3, let name = String(parts[0]), let id = String(parts[1]) else {
      throw .verifierKey(shown, why: "does not have three parts")
    }
    guard let material = Base64Line.decode(Array(parts[2])[...]), let type = material.first else {
      throw .verifierKey(shown, why: "does not end in canonical base64")
    }
    guard let kind = NoteKeyKind(rawValue: type) else {
      throw .verifierKey(shown, why: "has signature type \(type), and only 1 and 4 are known")
    }
    let key: VerifyingKey
    do {
      key = try VerifyingKey(raw: Array(material.dropFirst()))
    } catch {
      throw .verifierKey(shown, why: "does not hold an Ed25519 key (\(error))")
    }
    try self.init(name: name, kind: kind, key: key)
    guard self.id.description.utf8.elementsEqual(id.utf8) else {
      throw .verifierKey(shown, why: "has key id \(id), and its name and key give \(self.id)")
    }
  }

  /// The text form.
  public var description: String { "\(name)+\(id)+\(Base64Line.encode([kind.rawValue] + key.raw))" }

  /// Whether the line claims to be by this key; only verifying shows that it is.
  /// Names are compared as bytes: Swift strings also equate different spellings of one text.
  public func made(_ signature: NoteSignature) -> Bool {
    id == signature.keyID && name.utf8.elementsEqual(signature.name.utf8)
  }
}
