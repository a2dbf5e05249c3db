internal import Codec
public import Cryptography

/// An OpenSSF model signature (version 1) by a key: a Sigstore bundle with a DSSE envelope around the statement of
/// ``ModelResources``. Certificates and identities of Sigstore are not read: whom to believe is the caller's key alone.
public enum ModelSignature {
  public static let bytesMax = 64 << 20
  static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
  static let payloadType = "application/vnd.in-toto+json"

  /// The signature file over `resources`.
  public static func sign(_ resources: ModelResources, with key: ECSigningKey) throws(ReceiptError) -> [UInt8] {
    let payload = try resources.statement()
    let signature: [UInt8]
    do { signature = try key.sign(preAuthenticated(payload)) } catch { throw .signing("\(error)") }
    let bundle: JSON = [
      "mediaType": .string(mediaType),
      "verificationMaterial": ["publicKey": ["hint": .string(hint(key.publicKey))], "tlogEntries": []],
      "dsseEnvelope": [
        "payload": .string(Base64.encode(payload)), "payloadType": .string(payloadType),
        "signatures": [["sig": .string(Base64.encode(signature)), "keyid": ""]],
      ],
    ]
    return bundle.serialized()
  }

  /// What `key` signed. Errors: ``ReceiptError``, also when the signature is not its.
  public static func verify(_ bytes: [UInt8], key: X509PublicKey) throws(ReceiptError) -> ModelResources {
    let json: JSON
    do { json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: bytesMax, depthMax: 16)) } catch {
      throw .encoding(what: "model signature", why: "\(error)")
    }
    func refuse(_ member: String, _ why: String) -> ReceiptError { .field("model signature: \(member)", why: why) }
    guard json["mediaType"]?.stringValue == mediaType else { throw refuse("mediaType", "is not \(mediaType)") }
    guard let named = json["verificationMaterial"]?["publicKey"] else {
      throw refuse("verificationMaterial", "names no public key: a signature by a certificate is not read here")
    }
    // Older writers left the hint out. It only helps to find a key: what counts is the one that was handed in.
    if let hint = named["hint"]?.stringValue, !hint.isEmpty, hint != self.hint(key) {
      throw refuse("hint", "is that of another key: \(hint.prefix(64)), the one given has \(self.hint(key))")
    }
    let envelope = json["dsseEnvelope"]
    guard envelope?["payloadType"]?.stringValue == payloadType else {
      throw refuse("payloadType", "is not \(payloadType)")
    }
    guard let signatures = envelope?["signatures"]?.arrayValue, signatures.count == 1,
      let signature = signatures[0]["sig"]?.stringValue.flatMap({ try? Base64.decode($0) }),
      let payload = envelope?["payload"]?.stringValue.flatMap({ try? Base64.decode($0) })
    else { throw refuse("dsseEnvelope", "must have a payload and one signature, in base64") }
    guard let scheme = key.ecdsaScheme else { throw refuse("key", "must be on P-256 or P-384") }
    guard key.isValid(derSignature: signature, for: preAuthenticated(payload), scheme: scheme) else {
      throw refuse("signature", "is not the key's")
    }
    return try ModelResources(statement: payload)
  }

  /// How the bundle names a key: the SHA-256 of its PEM text.
  public static func hint(_ key: X509PublicKey) -> String { SHA256.hash(Array(key.pem.utf8)).hex }

  /// DSSE's pre-authentication encoding (secure-systems-lab/dsse, protocol.md).
  static func preAuthenticated(_ payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
  }
}
