public import Cryptography

extension COSESign1 {
  /// Verifies the signature, or throws why not.
  ///
  /// The algorithm is the protected header's and must be the one the key is registered for. Whether this key may sign
  /// this kind of statement is the caller's trust policy. `detachedPayload` is given exactly when `payload` is nil.
  public func verify(key: VerifyingKey, detachedPayload: [UInt8]? = nil) throws(COSEError) {
    guard let code = protectedHeader.algorithmCode else { throw .noAlgorithm }
    guard let algorithm = SignatureAlgorithm(rawValue: code) else { throw .unsupportedAlgorithm(code) }
    guard algorithm == key.algorithm else { throw .algorithmMismatch(header: algorithm, key: key.algorithm) }
    let signed: [UInt8]
    switch (payload, detachedPayload) {
    case (let payload?, nil), (nil, let payload?): signed = payload
    case (nil, nil): throw .noPayload
    case (_?, _?): throw .twoPayloads
    }
    guard key.isValid(signature: signature, for: try Self.toBeSigned(protectedBytes, signed)) else {
      throw .badSignature
    }
  }

  /// The encoded Sig_structure `["Signature1", protected, external_aad = h'', payload]` (RFC 9052 section 4.4).
  public static func toBeSigned(_ protectedBytes: [UInt8], _ payload: [UInt8]) throws(COSEError) -> [UInt8] {
    let structure: CBOR = ["Signature1", .bytes(protectedBytes), .bytes([]), .bytes(payload)]
    return try COSEError.wrap { () throws(CBORError) in try structure.encoded() }
  }
}
