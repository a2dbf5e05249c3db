internal import Cryptography

/// What Intel's extension of a PCK certificate says (Intel SGX PCK Certificate and CRL Profile, section 1.3.5): the
/// platform, and the security versions that its key was certified for.
struct PCKCertificate {
  static let oid = "1.2.840.113741.1.13.1"
  /// The content of that OID in DER; those inside add one or two arcs.
  private static let prefix: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01]

  let certificate: X509Certificate
  /// 6 bytes: family, model, stepping, platform type and custom SKU.
  let fmspc: [UInt8]
  let pceID: [UInt8]
  /// 16 versions.
  let components: [Int]
  let pceSVN: Int

  init(_ certificate: X509Certificate) throws(AppraisalError) {
    self.certificate = certificate
    guard let value = certificate.extensionValue(Self.oid) else {
      throw Self.bad("it has no SGX extension (\(Self.oid))")
    }
    var outer = DERReader(value)
    let fields = try Self.fields(outer.next(0x30))
    guard outer.isAtEnd else { throw Self.bad("bytes follow the SGX extension") }
    guard let fmspc = fields[[4]], fmspc.tag == 4, fmspc.content.count == 6 else { throw Self.bad("it names no FMSPC") }
    guard let pceID = fields[[3]], pceID.tag == 4, pceID.content.count == 2 else { throw Self.bad("it names no PCE") }
    guard let tcb = fields[[2]], tcb.tag == 0x30 else { throw Self.bad("it names no TCB") }
    self.fmspc = fmspc.content
    self.pceID = pceID.content
    let versions = try Self.fields(tcb.content)
    func version(_ arc: UInt8) throws(AppraisalError) -> Int {
      guard let field = versions[[2, arc]], field.tag == 2 else { throw Self.bad("TCB component \(arc) is missing") }
      return try DERReader.small(field.content)
    }
    var components: [Int] = []
    for arc in 1...16 { components.append(try version(UInt8(arc))) }
    self.components = components
    pceSVN = try version(17)
  }

  /// SEQUENCE OF SEQUENCE { OID, value }: values by the arcs after Intel's own. An OID that is there twice is refused.
  private static func fields(_ bytes: [UInt8]) throws(AppraisalError) -> [[UInt8]: (tag: UInt8, content: [UInt8])] {
    var reader = DERReader(bytes)
    var found: [[UInt8]: (tag: UInt8, content: [UInt8])] = [:]
    while !reader.isAtEnd {
      var pair = DERReader(try reader.next(0x30))
      let name = try pair.next(6)
      let value = try pair.next()
      guard pair.isAtEnd, name.starts(with: prefix) else { throw bad("an entry of its SGX extension is malformed") }
      guard found.updateValue(value, forKey: Array(name.dropFirst(prefix.count))) == nil else {
        throw bad("an entry of its SGX extension is there twice")
      }
    }
    return found
  }

  private static func bad(_ why: String) -> AppraisalError { .format("the PCK certificate", why: why) }
}
