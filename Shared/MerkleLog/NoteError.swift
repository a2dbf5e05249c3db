/// A signed note, note key or note signature that was refused.
public enum NoteError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLong(bytes: Int, max: Int)
  case notUTF8
  case controlCharacter(UInt8)
  case textEnd
  case noSignatures
  case tooManySignatures(max: Int)
  case signatureLine(Int, why: String)
  case keyName(String)
  case verifierKey(String, why: String)
  case sameKeyTwice(String)
  case repeatedSignature(String)
  case badSignature(String)
  case noKnownSignature
  case unknownSignature(String)
  case time(UInt64)
  case signing(String)

  public var description: String {
    switch self {
    case .tooLong(let bytes, let max): "the note has \(bytes) bytes, and the limit is \(max)"
    case .notUTF8: "the note is not valid UTF-8"
    case .controlCharacter(let byte): "the note has control character \(byte); only newline (10) is allowed"
    case .textEnd: "the note text does not end in a newline"
    case .noSignatures: "the note has no blank line followed by signature lines"
    case .tooManySignatures(let max): "the note has more than \(max) signatures"
    case .signatureLine(let line, let why): "signature line \(line) of the note \(why)"
    case .keyName(let name):
      "key name \"\(name)\" is not 1 to \(NoteName.bytesMax) bytes without spaces, plus signs or control characters"
    case .verifierKey(let text, let why): "verifier key \"\(text)\" \(why); expected name+hexid+base64(type, key)"
    case .sameKeyTwice(let name): "the trusted keys name \"\(name)\" twice with one key id: remove one"
    case .repeatedSignature(let name): "the note has two signatures by the key \"\(name)\""
    case .badSignature(let name): "the signature by \"\(name)\" does not verify: the text or the signature was changed"
    case .noKnownSignature: "the note has no signature by a trusted key"
    case .unknownSignature(let name):
      "the note has a signature by \"\(name)\", which is not a trusted key: nothing authenticates that line"
    case .time(let seconds): "cosignature time \(seconds) is beyond 2^63 - 1 seconds"
    case .signing(let why): "the note could not be signed: \(why)"
    }
  }
}
