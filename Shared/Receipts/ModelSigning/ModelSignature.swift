internal import Codec
public import Cryptography

/// An OpenSSF model signature (version 1), by a key or under a certificate. Whom to believe the caller says: a signature names
/// its key, and proves no more than that this key signed. Identities of Sigstore are refused by name.
public enum ModelSignature {
  public static let bytesMax = 64 << 20

  /// The signature file over `resources`.
  public static func sign(_ resources: ModelResources, with key: ECSigningKey) throws(ReceiptError) -> [UInt8] {
    let material: JSON = ["publicKey": ["hint": .string(hint(key.publicKey))], "tlogEntries": []]
    return try ModelEnvelope(resources, by: key, material: material).encoded
  }

  /// The same with the certificate of `key`, which comes first, and those that lead from it to a root. Errors: ``ReceiptError``
  /// for a first one of another key, or that may not sign.
  public static func sign(
    _ resources: ModelResources, with key: ECSigningKey, certificates: [X509Certificate]
  ) throws(ReceiptError) -> [UInt8] {
    let chain = try ModelCertificates(certificates)
    guard chain.signer.publicKey == key.publicKey else {
      throw ModelEnvelope.refuse("certificates", "have another key first, '\(chain.signer.subject)': give the signer's")
    }
    try chain.checkUsage()
    return try ModelEnvelope(resources, by: key, material: chain.material).encoded
  }

  /// What `key` signed. Errors: ``ReceiptError``, also when the signature is not its.
  public static func verify(_ bytes: [UInt8], key: X509PublicKey) throws(ReceiptError) -> ModelResources {
    let envelope = try ModelEnvelope(bytes)
    guard let named = envelope.material["publicKey"] else { throw envelope.refusal(wanted: "public key") }
    // Older writers left the hint out. It only helps to find a key: what counts is the one that was handed in.
    if let hint = named["hint"]?.stringValue, !hint.isEmpty, hint != self.hint(key) {
      throw ModelEnvelope.refuse(
        "hint", "is that of another key: \(hint.prefix(64)), the one given has \(self.hint(key))")
    }
    return try envelope.resources(signedBy: key)
  }

  /// What was signed under a certificate that leads to one of `roots`, all of the path being valid at `time` (seconds since
  /// 1970), and that certificate. Revocation is not asked after. Errors: ``ReceiptError``.
  public static func verify(
    _ bytes: [UInt8], roots: [X509Certificate], at time: Int64
  ) throws(ReceiptError) -> (resources: ModelResources, signer: X509Certificate) {
    let envelope = try ModelEnvelope(bytes)
    guard let listed = envelope.material["x509CertificateChain"] else {
      throw envelope.refusal(wanted: "certificates")
    }
    let chain = try ModelCertificates(listed)
    try chain.checkPath(to: roots, at: time)
    try chain.checkUsage()
    return (try envelope.resources(signedBy: chain.signer.publicKey), chain.signer)
  }

  /// How the bundle names a key: the SHA-256 of its PEM text.
  public static func hint(_ key: X509PublicKey) -> String { SHA256.hash(Array(key.pem.utf8)).hex }
}
