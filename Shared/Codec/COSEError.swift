public import Cryptography

/// Why a COSE message or key is refused.
public enum COSEError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The bytes are not acceptable CBOR.
  case cbor(CBORError)
  /// A key's bytes are refused.
  case key(CryptoError)
  /// The structure differs from what RFC 9052 or RFC 8392 defines.
  case malformed(String)
  /// A header that must be signed, or must not exist, stands where it must not.
  case forbiddenHeader(label: Int64, why: String)
  /// One label in the protected and in the unprotected header.
  case labelInBothHeaders
  /// The protected header has no algorithm.
  case noAlgorithm
  /// The protected header's algorithm is not one that this suite verifies.
  case unsupportedAlgorithm(Int64)
  /// The protected header's algorithm is not the one registered for the key.
  case algorithmMismatch(header: SignatureAlgorithm, key: SignatureAlgorithm)
  /// The message has no payload and none was given.
  case noPayload
  /// The message has a payload and another was given.
  case twoPayloads
  /// The signature is not this key's over these bytes.
  case badSignature

  public var description: String {
    switch self {
    case .cbor(let error): "COSE: \(error)"
    case .key(let error): "COSE key: \(error)"
    case .malformed(let what): "COSE: \(what)"
    case .forbiddenHeader(let label, let why): "COSE header \(label) is refused: \(why)"
    case .labelInBothHeaders: "COSE: one header label is both protected and unprotected"
    case .noAlgorithm: "COSE: the protected header names no algorithm"
    case .unsupportedAlgorithm(let code): "COSE algorithm \(code) is not supported; use -8 (EdDSA) or -7 (ES256)"
    case .algorithmMismatch(let header, let key):
      "COSE: the header says \(header), the key is registered for \(key)"
    case .noPayload: "COSE: the payload is detached; give it to the verification"
    case .twoPayloads: "COSE: the message carries its payload, so none may be given beside it"
    case .badSignature: "COSE: the signature is not valid for this key and these bytes"
    }
  }

  /// Runs a step of CBOR and reports its failure as this module's.
  static func wrap<T>(_ body: () throws(CBORError) -> T) throws(COSEError) -> T {
    do { return try body() } catch { throw .cbor(error) }
  }
}
