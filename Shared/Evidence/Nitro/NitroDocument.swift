internal import Codec

/// An attestation document of AWS Nitro Enclaves (AWS: "Nitro Enclaves attestation process", section "Attestation
/// document specification"): COSE_Sign1 over a CBOR map.
///
/// The hypervisor writes it without tag 18, and newer ones write maps of indefinite length.
struct NitroDocument {
  /// PCRs and their places.
  static let pcrCountMax = 32
  static let certificateBytesMax = 1024
  static let bundleCountMax = 8

  let moduleID: String
  /// Milliseconds since 1970, by the hypervisor's clock.
  let timestampMs: UInt64
  /// 48 bytes each (SHA-384).
  let pcrs: [Int: [UInt8]]
  let certificate: [UInt8]
  /// Issuers of the certificate, the root first.
  let bundle: [[UInt8]]
  let publicKey: [UInt8]?
  let userData: [UInt8]?
  let nonce: [UInt8]?
  /// The Sig_structure that the signature covers, and the signature: r ‖ s.
  let toBeSigned: [UInt8]
  let signature: [UInt8]

  init(_ bytes: [UInt8]) throws {
    var limits = CBORLimits()
    limits.byteCountMax = 64 << 10
    limits.itemCountMax = 256
    var message = try CBOR(decoding: bytes, rules: .anyLength, limits: limits)
    if case .tag(18, let inner) = message { message = inner }
    guard let parts = message.arrayValue, parts.count == 4, let protected = parts[0].bytesValue,
      let unprotected = parts[1].mapValue, let payload = parts[2].bytesValue, let signature = parts[3].bytesValue
    else { throw Self.bad("it is no COSE_Sign1 with its payload") }
    // The one header that the specification has; anything else would be unread.
    let header = try CBOR(decoding: protected, rules: .anyLength, limits: limits)
    guard header.mapValue?.count == 1, header[1]?.intValue == -35, unprotected.isEmpty else {
      throw Self.bad("its headers are not {1: -35 (ES384)} and {}")
    }
    guard signature.count == 96 else { throw Self.bad("its signature has \(signature.count) bytes, not 96") }
    self.signature = signature
    toBeSigned = try COSESign1.toBeSigned(protected, payload)

    let map = try CBOR(decoding: payload, rules: .anyLength, limits: limits)
    guard let moduleID = map["module_id"]?.textValue, (1...256).contains(moduleID.utf8.count),
      moduleID.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else {
      throw Self.bad("module_id is no text of 1 to 256 visible ASCII characters")
    }
    self.moduleID = moduleID
    guard map["digest"]?.textValue == "SHA384" else { throw Self.bad("digest is not SHA384") }
    guard let timestamp = map["timestamp"]?.unsignedValue, timestamp > 0, timestamp < 1 << 53 else {
      throw Self.bad("timestamp is no time in milliseconds")
    }
    timestampMs = timestamp
    pcrs = try Self.pcrs(map["pcrs"])
    guard let certificate = map["certificate"]?.bytesValue, (1...Self.certificateBytesMax).contains(certificate.count)
    else { throw Self.bad("certificate is no byte string of 1 to \(Self.certificateBytesMax) bytes") }
    self.certificate = certificate
    let bundle = map["cabundle"]?.arrayValue ?? []
    let chain = bundle.compactMap(\.bytesValue)
    guard (1...Self.bundleCountMax).contains(chain.count), chain.count == bundle.count,
      chain.allSatisfy({ (1...Self.certificateBytesMax).contains($0.count) })
    else { throw Self.bad("cabundle is no array of 1 to \(Self.bundleCountMax) certificates") }
    self.bundle = chain
    publicKey = try Self.optional(map, "public_key", max: 1024)
    userData = try Self.optional(map, "user_data", max: 512)
    nonce = try Self.optional(map, "nonce", max: 512)
  }

  private static func pcrs(_ value: CBOR?) throws(AppraisalError) -> [Int: [UInt8]] {
    guard let pairs = value?.mapValue, (1...pcrCountMax).contains(pairs.count) else {
      throw bad("pcrs is no map of 1 to \(pcrCountMax) entries")
    }
    var found: [Int: [UInt8]] = [:]
    for pair in pairs {
      guard let index = pair.key.unsignedValue, index < pcrCountMax, let digest = pair.value.bytesValue,
        digest.count == 48
      else { throw bad("a PCR is no 48 bytes under a number below \(pcrCountMax)") }
      found[Int(index)] = digest
    }
    return found
  }

  private static func optional(_ map: CBOR, _ name: String, max: Int) throws(AppraisalError) -> [UInt8]? {
    guard let value = map[.text(name)], value != .null else { return nil }
    guard let bytes = value.bytesValue, bytes.count <= max else {
      throw bad("\(name) is no byte string of at most \(max) bytes")
    }
    return bytes
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the Nitro document", why: why) }
}
