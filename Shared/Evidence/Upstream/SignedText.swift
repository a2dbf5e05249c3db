internal import Codec
internal import Cryptography

/// What a gateway answers at `/v1/signature/{id}`: a text with the hashes of a request and its response, signed by the key that
/// its attestation report names. Phala and NEAR AI serve it.
struct SignedText {
  enum Algorithm: String { case ecdsa, ed25519 }

  static let bytesMax = 64 << 10

  let algorithm: Algorithm
  let text: String
  /// 20 bytes of an Ethereum address, or an Ed25519 key.
  let signer: [UInt8]
  let signature: [UInt8]
  /// Of the body of the request as sent, and of the response as received.
  let request: Digest32
  let response: Digest32
  /// Some gateways write the model in front.
  let model: String?

  /// `{"text": "...", "signature": "0x...", "signing_address": "0x...", "signing_algo": "ecdsa"}`; other members are theirs.
  init(_ bytes: [UInt8]) throws {
    let json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.bytesMax, depthMax: 8))
    guard let text = json["text"]?.stringValue else { throw Self.bad("it has no text") }
    self.text = text
    guard let algorithm = json["signing_algo"]?.stringValue.flatMap(Algorithm.init(rawValue:)) else {
      throw Self.bad("its signing_algo is neither ecdsa nor ed25519")
    }
    self.algorithm = algorithm
    signer = try Self.bytes(
      json, "signing_address", count: algorithm == .ecdsa ? PersonalSignature.addressByteCount : 32)
    signature = try Self.bytes(json, "signature", count: algorithm == .ecdsa ? PersonalSignature.byteCount : 64)
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, let request = try? Digest32(hex: parts[parts.count - 2]),
      let response = try? Digest32(hex: parts[parts.count - 1])
    else { throw Self.bad("its text does not end in two SHA-256, in lower-case hexadecimal, with colons between") }
    (self.request, self.response) = (request, response)
    // A model's name may hold colons; of what stands in front nothing is left over.
    let name = parts.dropLast(2).joined(separator: ":")
    guard parts.count == 2 || (1...256).contains(name.utf8.count) else {
      throw Self.bad("the model in front of its text has not 1 to 256 bytes")
    }
    model = parts.count == 2 ? nil : name
  }

  private static func bytes(_ json: JSON, _ name: String, count: Int) throws(AppraisalError) -> [UInt8] {
    guard let text = json[name]?.stringValue,
      let bytes = Hex.decode(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text), bytes.count == count
    else { throw bad("its \(name) is not \(count) bytes in hexadecimal") }
    return bytes
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the signed text", why: why) }

  /// Whether the signature over the text is by `signer`.
  func isSigned() -> Bool {
    switch algorithm {
    case .ecdsa: PersonalSignature.address(signature: signature, text: Array(text.utf8)) == signer
    case .ed25519:
      (try? VerifyingKey(raw: signer))?.isValid(signature: signature, for: Array(text.utf8)) ?? false
    }
  }
}
