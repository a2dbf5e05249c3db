public import Cryptography

/// The protected header of a COSE message, typed: `{1: alg, 3: content type, 4: kid, 15: CWT claims}` and others.
public struct ProtectedHeader: Sendable, Equatable {
  /// Label 1 as its number, which may be one that this suite does not verify.
  public var algorithmCode: Int64?
  /// Label 3: a media type, or nil. A CoAP number is kept in `other`.
  public var contentType: String?
  /// Label 4.
  public var keyID: [UInt8]?
  /// Label 15.
  public var claims: CWTClaims?
  /// Every other entry, as read.
  public var other: [CBORPair]

  public init(
    algorithm: SignatureAlgorithm? = .edDSA, contentType: String? = nil, keyID: [UInt8]? = nil,
    claims: CWTClaims? = nil, other: [CBORPair] = []
  ) {
    algorithmCode = algorithm?.rawValue
    self.contentType = contentType
    self.keyID = keyID
    self.claims = claims
    self.other = other
  }

  /// The algorithm when it is one that this suite verifies.
  public var algorithm: SignatureAlgorithm? { algorithmCode.flatMap(SignatureAlgorithm.init(rawValue:)) }

  /// An entry that has no field of its own, such as 395.
  public subscript(label: Int64) -> CBOR? { other[.int(label)] }

  /// Reads the content of the protected byte string: empty, or one map.
  ///
  /// `crit` (label 2) is refused: it obliges a verifier to understand what it names, and this one understands nothing
  /// beyond the fields above.
  public init(decoding bytes: [UInt8], rules: CBORRules = .deterministic) throws(COSEError) {
    self.init(algorithm: nil)
    guard !bytes.isEmpty else { return }
    let value = try COSEError.wrap { () throws(CBORError) in try CBOR(decoding: bytes, rules: rules) }
    guard let pairs = value.mapValue else { throw .malformed("the protected header is no map") }
    for pair in pairs { try read(pair, rules) }
  }

  private mutating func read(_ pair: CBORPair, _ rules: CBORRules) throws(COSEError) {
    switch pair.key {
    case .int(COSELabel.algorithm):
      guard let code = pair.value.intValue else { throw .malformed("the algorithm (header 1) is no integer") }
      algorithmCode = code
    case .int(COSELabel.critical):
      throw .forbiddenHeader(label: COSELabel.critical, why: "it demands extensions that are not understood here")
    case .int(COSELabel.contentType):
      guard let text = pair.value.textValue else {
        guard pair.value.unsignedValue != nil else { throw .malformed("the content type (header 3) is no text") }
        other.append(pair)
        return
      }
      contentType = text
    case .int(COSELabel.keyID):
      guard let bytes = pair.value.bytesValue else { throw .malformed("the key id (header 4) is no byte string") }
      keyID = bytes
    case .int(COSELabel.cwtClaims): claims = try CWTClaims(pair.value, rules: rules)
    case .unsigned, .negative, .text: other.append(pair)
    default: throw .malformed("a header label is neither an integer nor a text")
    }
  }

  /// The content of the protected byte string: deterministic, empty when there is no entry (RFC 9052 section 3).
  public func encoded() throws(COSEError) -> [UInt8] {
    var pairs: [CBORPair] = []
    func add(_ label: Int64, _ value: CBOR?) {
      if let value { pairs.append(CBORPair(.int(label), value)) }
    }
    add(COSELabel.algorithm, algorithmCode.map(CBOR.int))
    add(COSELabel.contentType, contentType.map(CBOR.text))
    add(COSELabel.keyID, keyID.map(CBOR.bytes))
    add(COSELabel.cwtClaims, claims?.value)
    let all = pairs + other
    guard !all.isEmpty else { return [] }
    return try COSEError.wrap { () throws(CBORError) in try CBOR.map(all).encoded() }
  }

  /// The labels in use, to compare with the unprotected header's.
  var labels: [CBOR] {
    var labels = other.map(\.key)
    if algorithmCode != nil { labels.append(.int(COSELabel.algorithm)) }
    if contentType != nil { labels.append(.int(COSELabel.contentType)) }
    if keyID != nil { labels.append(.int(COSELabel.keyID)) }
    if claims != nil { labels.append(.int(COSELabel.cwtClaims)) }
    return labels
  }
}
