internal import Codec
internal import Cryptography

/// An Attested Inference Receipt, version 1 (draft-tsyrulnikov-rats-attested-inference-receipt-01): COSE_Sign1 over CWT claims, by a
/// key that is not in it.
struct AIRReceipt {
  static let bytesMax = 16 << 10
  static let profile = "https://spec.cyntrisec.com/air/v1"
  static let hashSchemes: Set<String> = ["sha256-single", "sha256-concat", "sha256-manifest"]
  /// Claims by key, the last one optional; nonce (10) too.
  private static let keys: Set<Int64> = Set([1, 6, 7, 10, 265]).union(-65549 ... -65537)

  let issuer: String
  /// Seconds since 1970.
  let issuedAt: UInt64
  let nonce: [UInt8]?
  let request: Digest32
  let response: Digest32
  /// Names and values of all claims, in the order of their keys.
  let claims: [(name: String, value: String)]
  private let toBeSigned: [UInt8]
  private let signature: [UInt8]

  init(_ bytes: [UInt8]) throws {
    var limits = CBORLimits()
    (limits.byteCountMax, limits.itemCountMax) = (Self.bytesMax, 128)
    guard case .tag(18, let message) = try CBOR(decoding: bytes, limits: limits), let parts = message.arrayValue,
      parts.count == 4, let protected = parts[0].bytesValue, let payload = parts[2].bytesValue,
      let signature = parts[3].bytesValue, signature.count == 64
    else { throw Self.bad("it is no tagged COSE_Sign1 with a payload and 64 bytes of signature") }
    guard parts[1] == .map([]) else { throw Self.bad("its unprotected header is not empty") }
    // EdDSA, and application/cwt.
    guard try CBOR(decoding: protected, limits: limits) == [1: -8, 3: 61] else {
      throw Self.bad("its protected header is not {1: -8, 3: 61}")
    }
    toBeSigned = try COSESign1.toBeSigned(protected, payload)
    self.signature = signature

    let map = try CBOR(decoding: payload, limits: limits)
    guard let pairs = map.mapValue else { throw Self.bad("its payload is no map") }
    for pair in pairs {
      guard let key = pair.key.intValue, Self.keys.contains(key) else {
        throw Self.bad("it has a claim of an unknown key")
      }
    }
    guard map[265]?.textValue == Self.profile else { throw Self.bad("its eat_profile is not \(Self.profile)") }
    let reader = AIRClaims(map: map)
    issuer = try reader.text(1, "iss")
    issuedAt = try reader.unsigned(6, "iat")
    nonce = map[10] == nil ? nil : try reader.bytes(10, "eat_nonce", 8...64)
    request = try reader.digest(-65540, "request_hash")
    response = try reader.digest(-65541, "response_hash")
    let model = try reader.digest(-65539, "model_hash")
    guard model.bytes.contains(where: { $0 != 0 }) else { throw Self.bad("its model_hash is zero") }
    let scheme = map[-65549] == nil ? nil : try reader.text(-65549, "model_hash_scheme")
    if let scheme, !Self.hashSchemes.contains(scheme) { throw Self.bad("its model_hash_scheme is unknown") }
    claims =
      [
        ("iss", issuer), ("iat", String(issuedAt)), ("cti", Hex.encode(try reader.bytes(7, "cti", 16...16))),
        ("model_id", try reader.text(-65537, "model_id")), ("model_version", try reader.text(-65538, "model_version")),
        ("model_hash", model.hex), ("request_hash", request.hex), ("response_hash", response.hex),
        ("attestation_doc_hash", try reader.digest(-65542, "attestation_doc_hash").hex),
      ] + (try reader.measurements(-65543)) + [
        ("policy_version", try reader.text(-65544, "policy_version")),
        ("sequence_number", String(try reader.unsigned(-65545, "sequence_number"))),
        ("execution_time_ms", String(try reader.unsigned(-65546, "execution_time_ms"))),
        ("memory_peak_mb", String(try reader.unsigned(-65547, "memory_peak_mb"))),
        ("security_mode", try reader.text(-65548, "security_mode")),
      ] + (scheme.map { [("model_hash_scheme", $0)] } ?? [])
  }

  func isSigned(by key: VerifyingKey) -> Bool { key.isValid(signature: signature, for: toBeSigned) }

  static func bad(_ why: String) -> AppraisalError { .format("the AIR receipt", why: why) }
}
