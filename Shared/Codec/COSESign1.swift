public import Cryptography

/// A COSE_Sign1 message with its tag 18 (RFC 9052 section 4.2): one payload, one signature.
///
/// Values exist only in a form that may be verified: `init(decoding:)` refuses `crit`, an unsigned algorithm and a
/// label in both headers. The protected bytes are kept as received, because the signature covers exactly them.
public struct COSESign1: Sendable, Equatable {
  /// The content of the protected byte string.
  public let protectedBytes: [UInt8]
  /// The same, typed.
  public let protectedHeader: ProtectedHeader
  /// Entries of the unprotected header, which no signature covers.
  public let unprotected: [CBORPair]
  /// The payload, nil when it is detached.
  public let payload: [UInt8]?
  /// The signature's bytes; 64 for both algorithms of this suite.
  public let signature: [UInt8]

  /// Decodes one tagged message that fills `bytes`.
  ///
  /// `rules` hold for everything that is signed and for the frame. The unprotected header is read as `.wellFormed`
  /// always: others may add to it in their own encoder's order.
  public init(
    decoding bytes: [UInt8], rules: CBORRules = .deterministic, limits: CBORLimits = CBORLimits()
  ) throws(COSEError) {
    let parts = try COSEError.wrap { () throws(CBORError) in
      var decoder = try CBORDecoder(bytes, rules: rules, limits: limits)
      try decoder.expect(0xd2, "tag 18 (COSE_Sign1)")
      try decoder.expect(0x84, "an array of 4")
      let protected = try decoder.item(depth: 2)
      decoder.rules = .wellFormed
      let unprotected = try decoder.item(depth: 2)
      decoder.rules = rules
      let payload = try decoder.item(depth: 2)
      let signature = try decoder.item(depth: 2)
      try decoder.end()
      return (protected, unprotected, payload, signature)
    }
    guard let protectedBytes = parts.0.bytesValue else { throw .malformed("the protected header is no byte string") }
    guard let unprotected = parts.1.mapValue else { throw .malformed("the unprotected header is no map") }
    guard parts.2 == .null || parts.2.bytesValue != nil else {
      throw .malformed("the payload is neither a byte string nor null")
    }
    guard let signature = parts.3.bytesValue else { throw .malformed("the signature is no byte string") }
    try self.init(
      protectedBytes: protectedBytes, protectedHeader: ProtectedHeader(decoding: protectedBytes, rules: rules),
      unprotected: unprotected, payload: parts.2.bytesValue, signature: signature)
  }

  /// Signs `payload`. The header's algorithm must be the key's.
  public static func sign(
    _ payload: [UInt8], protected header: ProtectedHeader, unprotected: [CBORPair] = [], detached: Bool = false,
    with key: some MessageSigner
  ) throws(COSEError) -> COSESign1 {
    guard header.algorithmCode != nil else { throw .noAlgorithm }
    guard header.algorithm == key.algorithm else {
      guard let stated = header.algorithm else { throw .unsupportedAlgorithm(header.algorithmCode ?? 0) }
      throw .algorithmMismatch(header: stated, key: key.algorithm)
    }
    let protectedBytes = try header.encoded()
    // Read back, so that a header which a verifier would refuse is refused before it is signed.
    let read = try ProtectedHeader(decoding: protectedBytes)
    let signature: [UInt8]
    do {
      signature = try key.sign(try Self.toBeSigned(protectedBytes, payload))
    } catch let error as CryptoError {
      throw .key(error)
    } catch let error as COSEError {
      throw error
    } catch {
      throw .malformed("signing failed: \(error)")
    }
    return try COSESign1(
      protectedBytes: protectedBytes, protectedHeader: read, unprotected: unprotected,
      payload: detached ? nil : payload, signature: signature)
  }

  private init(
    protectedBytes: [UInt8], protectedHeader: ProtectedHeader, unprotected: [CBORPair], payload: [UInt8]?,
    signature: [UInt8]
  ) throws(COSEError) {
    try Self.check(unprotected, against: protectedHeader)
    self.protectedBytes = protectedBytes
    self.protectedHeader = protectedHeader
    self.unprotected = unprotected
    self.payload = payload
    self.signature = signature
  }

  private static func check(_ unprotected: [CBORPair], against header: ProtectedHeader) throws(COSEError) {
    let labels = header.labels
    for pair in unprotected {
      switch pair.key {
      case .int(COSELabel.algorithm):
        throw .forbiddenHeader(label: COSELabel.algorithm, why: "an algorithm must be in the protected header")
      case .int(COSELabel.critical):
        throw .forbiddenHeader(label: COSELabel.critical, why: "it must be in the protected header")
      case .unsigned, .negative, .text: break
      default: throw .malformed("a header label is neither an integer nor a text")
      }
      // RFC 9052 section 3: the same label must not be in both.
      if labels.contains(pair.key) { throw .labelInBothHeaders }
    }
  }

  /// The message's deterministic encoding, tag included.
  public func encoded() throws(COSEError) -> [UInt8] {
    let value = CBOR.tag(
      18, [.bytes(protectedBytes), .map(unprotected), payload.map(CBOR.bytes) ?? .null, .bytes(signature)])
    return try COSEError.wrap { () throws(CBORError) in try value.encoded() }
  }

  /// The message with another unprotected header; the signature stays valid.
  public func withUnprotected(_ pairs: [CBORPair]) throws(COSEError) -> COSESign1 {
    try COSESign1(
      protectedBytes: protectedBytes, protectedHeader: protectedHeader, unprotected: pairs, payload: payload,
      signature: signature)
  }

  /// The message with an empty unprotected header: the form whose encoding a statement's digest covers.
  public var bare: COSESign1 {
    get throws(COSEError) { try withUnprotected([]) }
  }
}
