internal import Receipts

/// The security versions of the parts of an AMD processor's trusted computing base (AMD 56860, "TCB_VERSION"). Family
/// 1Ah (Turin) has another layout than the ones before it.
struct SNPVersion: Equatable {
  let bootLoader, tee, snp, microcode: Int
  /// Turin only.
  let fmc: Int?

  /// From a field of a report: 8 bytes.
  init(_ bytes: [UInt8], turin: Bool) {
    func part(_ at: Int) -> Int { Int(bytes[at]) }
    fmc = turin ? part(0) : nil
    bootLoader = part(turin ? 1 : 0)
    tee = part(turin ? 2 : 1)
    snp = part(turin ? 3 : 6)
    microcode = part(7)
  }

  /// From the extensions of a VCEK or VLEK certificate.
  init(_ certificate: SNPCertificate) {
    fmc = certificate.fmc
    bootLoader = certificate.bootLoader
    tee = certificate.tee
    snp = certificate.snp
    microcode = certificate.microcode
  }

  /// The parts by name; Turin has one more.
  var parts: [String: Int] {
    var parts = ["boot_loader": bootLoader, "tee": tee, "snp": snp, "microcode": microcode]
    if let fmc { parts["fmc"] = fmc }
    return parts
  }

  /// Whether no part is below the other's.
  func isAtLeast(_ other: SNPVersion) -> Bool {
    other.parts.allSatisfy { (parts[$0.key] ?? 0) >= $0.value }
  }
}

extension SNPVersion: CustomStringConvertible {
  var description: String {
    TCBPart.allCases.map(\.rawValue).compactMap { name in parts[name].map { "\(name) \($0)" } }.joined(separator: ", ")
  }
}
