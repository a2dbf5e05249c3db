internal import Cryptography

/// The roots that each vendor publishes, pinned by value.
enum VendorRoots {
  static func of(_ kind: EvidenceKind) -> [X509Certificate] {
    switch kind {
    case .nitro: nitro
    case .tdx, .sgx: intel
    case .sevSNP: amd
    case .nvidiaGPU: nvidia
    case .vTPM, .signedText, .air, .aci, .simulated: []
    }
  }

  private static let nitro = read([NitroRoot.g1])
  private static let intel = read([IntelRoot.sgxRootCA])
  private static let amd = read([AMDRoot.milan, AMDRoot.genoa, AMDRoot.turin])
  private static let nvidia = read([NVIDIARoot.device])

  private static func read(_ texts: [String]) -> [X509Certificate] {
    texts.flatMap { text -> [X509Certificate] in
      guard let bundle = try? X509Bundle(pem: Array(text.utf8)), bundle.certificates.count == 1 else {
        fatalError("a root that stands in the sources is unreadable")
      }
      return bundle.certificates
    }
  }
}
