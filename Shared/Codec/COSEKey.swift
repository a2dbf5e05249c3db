public import Cryptography

/// A public COSE_Key (RFC 9052 section 7): OKP with Ed25519, or EC2 with P-256.
public struct COSEKey: Sendable, Hashable {
  public let key: VerifyingKey
  /// Label 2; this suite uses the thumbprint.
  public let keyID: [UInt8]

  public init(_ key: VerifyingKey, keyID: [UInt8]? = nil) {
    self.key = key
    self.keyID = keyID ?? Self.thumbprint(of: key).bytes
  }

  /// The RFC 9679 thumbprint: SHA-256 of the deterministic encoding of the key's required parameters alone.
  public var thumbprint: Digest32 { Self.thumbprint(of: key) }

  /// The thumbprint of a key, which is its `kid` throughout.
  public static func thumbprint(of key: VerifyingKey) -> Digest32 {
    var bytes: [UInt8]
    switch key.algorithm {
    // {1: 1, -1: 6, -2: x}
    case .edDSA: bytes = [0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20] + key.raw
    // {1: 2, -1: 1, -2: x, -3: y}
    case .es256:
      bytes = [0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20] + key.raw[1..<33]
      bytes += [0x22, 0x58, 0x20] + key.raw[33..<65]
    }
    return SHA256.hash(bytes)
  }

  /// The key as a map.
  public var value: CBOR {
    switch key.algorithm {
    case .edDSA: [1: 1, 2: .bytes(keyID), 3: -8, -1: 6, -2: .bytes(key.raw)]
    case .es256:
      [
        1: 2, 2: .bytes(keyID), 3: -7, -1: 1, -2: .bytes([UInt8](key.raw[1..<33])),
        -3: .bytes([UInt8](key.raw[33..<65])),
      ]
    }
  }

  /// The deterministic encoding.
  public func encoded() throws(COSEError) -> [UInt8] {
    try COSEError.wrap { () throws(CBORError) in try value.encoded() }
  }

  /// Decodes one key that fills `bytes`.
  public init(decoding bytes: [UInt8], rules: CBORRules = .wellFormed) throws(COSEError) {
    try self.init(try COSEError.wrap { () throws(CBORError) in try CBOR(decoding: bytes, rules: rules) })
  }

  /// Reads a decoded map. A key without an id gets its thumbprint; private parts are refused.
  public init(_ value: CBOR) throws(COSEError) {
    guard value.mapValue != nil else { throw .malformed("a COSE key is no map") }
    guard value[-4] == nil else {
      throw .malformed("a COSE key carries its private part (-4); publish only public keys")
    }
    let algorithm = try Self.algorithm(of: value)
    if let stated = value[3], stated != .int(algorithm.rawValue) {
      throw .malformed("a COSE key states an algorithm (3) that does not fit its curve")
    }
    func coordinate(_ label: CBOR) throws(COSEError) -> [UInt8] {
      guard let bytes = value[label]?.bytesValue, bytes.count == 32 else {
        throw .malformed("a COSE key's coordinate is no byte string of 32")
      }
      return bytes
    }
    let raw = try algorithm == .edDSA ? coordinate(-2) : [4] + coordinate(-2) + coordinate(-3)
    do { key = try VerifyingKey(algorithm: algorithm, raw: raw) } catch { throw .key(error) }
    switch value[2] {
    case nil: keyID = Self.thumbprint(of: key).bytes
    case .bytes(let id)?: keyID = id
    default: throw .malformed("a COSE key's id (2) is no byte string")
    }
  }

  /// The algorithm that key type and curve together allow.
  private static func algorithm(of value: CBOR) throws(COSEError) -> SignatureAlgorithm {
    switch (value[1]?.intValue, value[-1]?.intValue) {
    case (1, 6): return .edDSA
    case (2, 1): return .es256
    default: throw .malformed("a COSE key is neither OKP with Ed25519 (1, 6) nor EC2 with P-256 (2, 1)")
    }
  }
}

/// A COSE_KeySet (RFC 9052 section 7): an array of keys.
public enum COSEKeySet {
  /// The most keys in one set.
  public static let keyCountMax = 1024

  /// The deterministic encoding.
  public static func encode(_ keys: [COSEKey]) throws(COSEError) -> [UInt8] {
    try COSEError.wrap { () throws(CBORError) in try CBOR.array(keys.map(\.value)).encoded() }
  }

  /// Decodes a set that fills `bytes`. Every key must be one that this suite can use: a set with a key that is
  /// skipped in silence would look complete and not be.
  public static func decode(_ bytes: [UInt8], rules: CBORRules = .wellFormed) throws(COSEError) -> [COSEKey] {
    let value = try COSEError.wrap { () throws(CBORError) in try CBOR(decoding: bytes, rules: rules) }
    guard let items = value.arrayValue, !items.isEmpty, items.count <= keyCountMax else {
      throw .malformed("a COSE key set is no array of 1 to \(keyCountMax) keys")
    }
    var keys: [COSEKey] = []
    for item in items { keys.append(try COSEKey(item)) }
    return keys
  }
}
