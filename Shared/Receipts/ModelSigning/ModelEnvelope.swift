internal import Codec
internal import Cryptography

/// The file of an OpenSSF model signature: a Sigstore bundle with a DSSE envelope around the statement of ``ModelResources``.
struct ModelEnvelope {
  static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

  /// What the signer says of its key. Nothing vouches for it but what the caller believes.
  let material: JSON
  private let payload: [UInt8]
  private let signature: [UInt8]

  /// Signs `resources`, and names the key by `material`.
  init(_ resources: ModelResources, by key: ECSigningKey, material: JSON) throws(ReceiptError) {
    self.material = material
    payload = try resources.statement()
    do { signature = try key.sign(DSSE.preAuthenticated(payload)) } catch { throw .signing("\(error)") }
  }

  /// Reads the file; whose signature it holds is another question.
  init(_ bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do {
      json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: ModelSignature.bytesMax, depthMax: 16))
    } catch {
      throw .encoding(what: "model signature", why: "\(error)")
    }
    guard json["mediaType"]?.stringValue == Self.mediaType else {
      throw Self.refuse("mediaType", "is not \(Self.mediaType)")
    }
    material = json["verificationMaterial"] ?? .null
    let envelope = json["dsseEnvelope"]
    guard envelope?["payloadType"]?.stringValue == DSSE.payloadType else {
      throw Self.refuse("payloadType", "is not \(DSSE.payloadType)")
    }
    guard let signatures = envelope?["signatures"]?.arrayValue, signatures.count == 1,
      let signature = signatures[0]["sig"]?.stringValue.flatMap({ try? Base64.decode($0) }),
      let payload = envelope?["payload"]?.stringValue.flatMap({ try? Base64.decode($0) })
    else { throw Self.refuse("dsseEnvelope", "must have a payload and one signature, in base64") }
    self.signature = signature
    self.payload = payload
  }

  /// The file's bytes.
  var encoded: [UInt8] {
    let json: JSON = [
      "mediaType": .string(Self.mediaType), "verificationMaterial": material,
      "dsseEnvelope": [
        "payload": .string(Base64.encode(payload)), "payloadType": .string(DSSE.payloadType),
        "signatures": [["sig": .string(Base64.encode(signature)), "keyid": ""]],
      ],
    ]
    return json.serialized()
  }

  /// What was signed, when `key` signed it.
  func resources(signedBy key: X509PublicKey) throws(ReceiptError) -> ModelResources {
    guard let scheme = key.ecdsaScheme else { throw Self.refuse("key", "must be on P-256, P-384 or P-521") }
    guard key.isValid(derSignature: signature, for: DSSE.preAuthenticated(payload), scheme: scheme) else {
      throw Self.refuse("signature", "is not the key's")
    }
    return try ModelResources(statement: payload)
  }

  /// The error for material that holds no `wanted`. What it holds instead says what to do.
  func refusal(wanted: String) -> ReceiptError {
    let instead = material.objectValue?.compactMap { Self.remedies[$0.name] }.first ?? "it names nobody"
    return Self.refuse("verificationMaterial", "holds no \(wanted): \(instead)")
  }

  private static let remedies = [
    "publicKey": "it was signed by a key, give that key",
    "x509CertificateChain": "it was signed under a certificate, give the roots that you trust",
    "certificate":
      "it was signed by an identity of Sigstore, which is not judged here, as that needs Fulcio's and Rekor's keys of the "
      + "day: run `model_signing verify sigstore`, or ask for a signature by a key or a certificate",
  ]

  static func refuse(_ member: String, _ why: String) -> ReceiptError {
    .field("model signature: \(member)", why: why)
  }
}
