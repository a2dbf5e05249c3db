/// What can go wrong in this module. The text names the value, the limit and what to do.
public enum CryptoError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Something that has one fixed size came with another.
  case wrongLength(what: String, expected: Int, got: Int)
  /// A text that should be lower-case hexadecimal is not.
  case badHex(String)
  /// A public key that no honest signer has: not a point, not canonical, or of small order.
  case badKey(String)
  /// A PEM text that does not hold one public key of a supported algorithm.
  case badPEM(String)
  /// The system's random source gave nothing.
  case noRandomness(errno: Int32)
  /// A count outside what this function serves.
  case outOfRange(what: String, limit: Int, got: Int)
  /// libcrypto refused an operation that should succeed.
  case library(String)

  public var description: String {
    switch self {
    case .wrongLength(let what, let expected, let got):
      "\(what) has \(got) bytes, it must have \(expected)"
    case .badHex(let text):
      "'\(text.prefix(80))' is not lower-case hexadecimal of the right length"
    case .badKey(let why):
      "the public key is refused: \(why); ask its owner for a freshly exported key"
    case .badPEM(let why):
      "the PEM text is refused: \(why); give one '-----BEGIN PUBLIC KEY-----' block with an Ed25519 or P-256 key"
    case .noRandomness(let errno):
      "the system's random source failed with errno \(errno); no key or salt can be made"
    case .outOfRange(let what, let limit, let got):
      "\(what) is \(got), the limit is \(limit)"
    case .library(let operation):
      "libcrypto failed in \(operation); check that OpenSSL 3 is installed with its default provider"
    }
  }
}
