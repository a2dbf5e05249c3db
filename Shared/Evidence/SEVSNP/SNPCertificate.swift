internal import Cryptography

/// What AMD's extensions of a VCEK or VLEK certificate say (AMD 57230, "VCEK Certificate and KDS Interface
/// Specification", section 3): the chip, and the security versions that the key was derived from.
struct SNPCertificate {
  private static let arc = "1.3.6.1.4.1.3704.1."
  /// The microcode's version, which every VCEK and VLEK has.
  static let marker = arc + "3.8"

  let certificate: X509Certificate
  /// `Milan-B0`, `Genoa`, `Turin`.
  let product: String
  let bootLoader, tee, snp, microcode: Int
  /// Turin only.
  let fmc: Int?
  /// 64 bytes, 8 on Turin; nil for a VLEK, which belongs to a cloud provider and not to a chip.
  let hardwareID: [UInt8]?
  let signingKey: SNPReport.SigningKey

  init(_ certificate: X509Certificate) throws(AppraisalError) {
    self.certificate = certificate
    switch certificate.commonName {
    case "SEV-VCEK": signingKey = .vcek
    case "SEV-VLEK": signingKey = .vlek
    default: throw Self.bad("its common name is neither SEV-VCEK nor SEV-VLEK")
    }
    guard let name = certificate.extensionValue(Self.arc + "2"), name.count >= 2, name[0] == 0x16,
      Int(name[1]) == name.count - 2
    else { throw Self.bad("it names no product") }
    product = String(decoding: name[2...], as: UTF8.self)
    bootLoader = try Self.number(certificate, "3.1")
    tee = try Self.number(certificate, "3.2")
    snp = try Self.number(certificate, "3.3")
    microcode = try Self.number(certificate, "3.8")
    fmc = certificate.extensionValue(Self.arc + "3.9") == nil ? nil : try Self.number(certificate, "3.9")
    hardwareID = certificate.extensionValue(Self.arc + "4")
    guard (hardwareID == nil) == (signingKey == .vlek) else {
      throw Self.bad("a VCEK names a chip and a VLEK does not")
    }
    guard isTurin == (fmc != nil) else { throw Self.bad("only Turin's has a version of the FMC") }
  }

  var isTurin: Bool { product.hasPrefix("Turin") }

  /// An INTEGER of 0 to 255.
  private static func number(_ certificate: X509Certificate, _ leaf: String) throws(AppraisalError) -> Int {
    let value = certificate.extensionValue(arc + leaf) ?? []
    switch value.count {
    case 3 where value[0] == 2 && value[1] == 1 && value[2] < 0x80: return Int(value[2])
    case 4 where value[0] == 2 && value[1] == 2 && value[2] == 0 && value[3] >= 0x80: return Int(value[3])
    default: throw bad("the extension \(arc + leaf) is no number of 0 to 255")
    }
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the AMD certificate", why: why) }
}
