/// One signature line of a note: who signed, and the bytes after the key id.
public struct NoteSignature: Hashable, Sendable {
  public let name: String
  public let keyID: NoteKeyID
  public let bytes: [UInt8]

  /// Errors: ``NoteError/keyName(_:)``.
  public init(name: String, keyID: NoteKeyID, bytes: [UInt8]) throws(NoteError) {
    guard NoteName.isValid(name) else { throw .keyName(name) }
    self.name = name
    self.keyID = keyID
    self.bytes = bytes
  }

  /// `— name base64(key id ‖ signature)`, with its newline.
  public var line: String { "\u{2014} \(name) \(Base64Line.encode(keyID.bytes + bytes))\n" }
}

/// Text signed by one or more keys (c2sp.org/signed-note). Nothing in it is to be believed before
/// ``verify(with:refusingUnknown:)``.
public struct SignedNote: Hashable, Sendable {
  /// 16 signatures of the largest assigned type still fit well.
  public static let bytesMax = 256 * 1024
  public static let signaturesMax = 64

  /// Ends in a newline.
  public let text: String
  public let signatures: [NoteSignature]

  /// Errors: ``NoteError`` for a text or a number of signatures that no note may have.
  public init(text: String, signatures: [NoteSignature]) throws(NoteError) {
    try Self.check(text: Array(text.utf8))
    guard !signatures.isEmpty else { throw .noSignatures }
    guard signatures.count <= Self.signaturesMax else { throw .tooManySignatures(max: Self.signaturesMax) }
    self.text = text
    self.signatures = signatures
    let count = encoded.count
    guard count <= Self.bytesMax else { throw .tooLong(bytes: count, max: Self.bytesMax) }
  }

  /// The bytes of the note.
  public var encoded: [UInt8] {
    Array((text + "\n" + signatures.map(\.line).joined()).utf8)
  }

  /// The same note with one more signature, last.
  public func adding(_ signature: NoteSignature) throws(NoteError) -> SignedNote {
    try SignedNote(text: text, signatures: signatures + [signature])
  }

  static func check(text: [UInt8]) throws(NoteError) {
    guard text.last == newline else { throw .textEnd }
    if let control = text.first(where: { ($0 < 0x20 && $0 != newline) || $0 == 0x7f }) {
      throw .controlCharacter(control)
    }
  }

  static let newline = UInt8(ascii: "\n")
}
