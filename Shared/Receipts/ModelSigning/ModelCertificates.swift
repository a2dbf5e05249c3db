internal import Codec
internal import Cryptography

/// The certificates of a model signature: the signer's first, then others that may lead from it to a root. A root among them
/// is worth nothing: the caller's are.
struct ModelCertificates {
  static let countMax = X509Path.countMax

  let signer: X509Certificate
  private let others: [X509Certificate]

  init(_ certificates: [X509Certificate]) throws(ReceiptError) {
    guard let signer = certificates.first else { throw ModelEnvelope.refuse("certificates", "are none") }
    self.signer = signer
    others = Array(certificates.dropFirst())
  }

  /// Reads the member `x509CertificateChain`.
  init(_ json: JSON) throws(ReceiptError) {
    let listed = json["certificates"]?.arrayValue ?? []
    guard listed.count <= Self.countMax else {
      throw .limit(name: "certificates of a model signature", limit: Self.countMax, got: listed.count)
    }
    var certificates: [X509Certificate] = []
    for item in listed {
      guard let der = item["rawBytes"]?.stringValue.flatMap({ try? Base64.decode($0) }) else {
        throw ModelEnvelope.refuse("certificates", "must hold rawBytes in base64")
      }
      do { certificates.append(try X509Certificate(der: der)) } catch {
        throw ModelEnvelope.refuse("certificates", "hold one that is refused: \(error)")
      }
    }
    try self.init(certificates)
  }

  /// As the file's `verificationMaterial`.
  var material: JSON {
    let listed = ([signer] + others).map { certificate -> JSON in
      ["rawBytes": .string(Base64.encode(certificate.der))]
    }
    return ["x509CertificateChain": ["certificates": .array(listed)], "tlogEntries": []]
  }

  /// Whether the signer's certificate leads to one of `roots`, and all on the way are valid at `time`.
  func checkPath(to roots: [X509Certificate], at time: Int64) throws(ReceiptError) {
    do { try X509Path(from: signer, through: others, to: roots).checkValidity(at: time) } catch {
      throw ModelEnvelope.refuse("certificates", "are not believed: \(error)")
    }
  }

  /// Whether the signer's certificate is for signatures like this one. The model-signing package is content with either key
  /// usage or extended key usage; here both must agree where both are there (RFC 5280 section 4.2.1.12), so that the
  /// certificate of a web server is none.
  func checkUsage() throws(ReceiptError) {
    let stated = [signer.allowsDigitalSignature, signer.allowsCodeSigning].compactMap { $0 }
    guard !stated.isEmpty, !stated.contains(false) else {
      throw ModelEnvelope.refuse(
        "certificates",
        "begin with '\(signer.subject)', which may not sign: its key usage must have digitalSignature, its extended key usage "
          + "codeSigning, where it has them, and it must have one")
    }
  }
}
