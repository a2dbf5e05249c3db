extension SignedNote {
  /// Reads a note that may come from anyone. What is accepted has exactly one encoding: `encoded` gives the same bytes
  /// back. Errors: ``NoteError``.
  public init(parsing bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= Self.bytesMax else { throw .tooLong(bytes: bytes.count, max: Self.bytesMax) }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
    // The text may have empty lines of its own: the last one separates it from the signatures.
    guard let blank = Self.lastBlankLine(bytes) else { throw .noSignatures }
    let (textBytes, rest) = (bytes[...blank], bytes[(blank + 2)...])
    try Self.check(text: Array(textBytes))
    guard let text = String(validating: textBytes, as: UTF8.self) else { throw .notUTF8 }
    try self.init(text: text, signatures: try NoteSignature.lines(parsing: rest))
  }

  /// The index of the newline that ends the text.
  private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 2 else { return nil }
    return (0..<bytes.count - 1).last { bytes[$0] == newline && bytes[$0 + 1] == newline }
  }
}

extension NoteSignature {
  /// Reads signature lines that stand alone, as the answer of a witness is; at least one. Errors: ``NoteError``.
  public static func lines(parsing bytes: ArraySlice<UInt8>) throws(NoteError) -> [NoteSignature] {
    guard let last = bytes.last else { throw .noSignatures }
    guard last == SignedNote.newline else { throw .signatureLine(1, why: "does not end in a newline") }
    var signatures: [NoteSignature] = []
    for line in bytes.dropLast().split(separator: SignedNote.newline, omittingEmptySubsequences: false) {
      guard signatures.count < SignedNote.signaturesMax else { throw .tooManySignatures(max: SignedNote.signaturesMax) }
      signatures.append(try signature(line, number: signatures.count + 1))
    }
    return signatures
  }

  private static func signature(_ line: ArraySlice<UInt8>, number: Int) throws(NoteError) -> NoteSignature {
    let dash = Array("\u{2014} ".utf8)
    guard line.starts(with: dash) else { throw .signatureLine(number, why: "does not begin with an em dash") }
    let parts = line.dropFirst(dash.count).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self) else {
      throw .signatureLine(number, why: "is not an em dash, a name and a signature")
    }
    guard let bytes = Base64Line.decode(parts[1]) else {
      throw .signatureLine(number, why: "does not end in canonical base64")
    }
    guard bytes.count > 4 else { throw .signatureLine(number, why: "has no signature behind its key id") }
    let id = NoteKeyID(bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
    return try NoteSignature(name: name, keyID: id, bytes: Array(bytes.dropFirst(4)))
  }
}
