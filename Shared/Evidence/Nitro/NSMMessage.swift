public import Codec

/// What goes through /dev/nsm of a Nitro enclave (AWS: aws-nitro-enclaves-nsm-api, `Request` and `Response`, in CBOR).
public enum NSMMessage {
  /// What the device takes and gives at most.
  public static let requestBytesMax = 0x1000
  public static let responseBytesMax = 0x3000

  /// Asks for an attestation document with user data, and neither a nonce nor a key.
  public static func attestation(userData: [UInt8]) throws(CBORError) -> [UInt8] {
    let members = CBOR.map([
      CBORPair("user_data", .bytes(userData)), CBORPair("nonce", .null), CBORPair("public_key", .null),
    ])
    return try CBOR.map([CBORPair("Attestation", members)]).encoded()
  }

  /// The document of an answer. Errors: the device's own, by its name, and bytes that are no answer.
  public static func document(_ response: [UInt8]) throws(AppraisalError) -> [UInt8] {
    var limits = CBORLimits()
    (limits.byteCountMax, limits.itemCountMax) = (responseBytesMax, 64)
    let answer: CBOR
    do { answer = try CBOR(decoding: response, rules: .anyLength, limits: limits) } catch {
      throw .format("the answer of the NSM", why: "\(error)")
    }
    if let error = answer["Error"]?.textValue { throw .refused("the NSM says \(error.prefix(80))") }
    guard let document = answer["Attestation"]?["document"]?.bytesValue, !document.isEmpty else {
      throw .format("the answer of the NSM", why: "it has neither a document nor an error")
    }
    return document
  }
}
