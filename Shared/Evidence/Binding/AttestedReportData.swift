public import Receipts

/// The report data that evidence holds, without a word on whether to believe it.
public enum AttestedReportData {
  /// 64 bytes of TDX, SEV-SNP and simulated evidence; of Nitro its user data, nil where it has none. Errors: bytes of another format.
  public static func of(_ evidence: [UInt8], kind: EvidenceDocument.Kind) throws -> [UInt8]? {
    try Appraiser.checkSize(evidence)
    switch kind {
    case .simulated: return try SignedSimulation(evidence).statement.reportData
    case .nitro: return try NitroDocument(evidence).userData
    case .sevSNP: return try SNPReport(evidence).reportData
    case .tdx:
      guard case .domain(let report) = try Quote(evidence).body else {
        throw AppraisalError.format("the quote", why: "it is of an SGX enclave, not of a trust domain")
      }
      return report.reportData
    }
  }
}

extension EvidenceKind {
  /// Every kind that an executor's evidence can be is one that can be appraised.
  public init(_ kind: EvidenceDocument.Kind) {
    self =
      switch kind {
      case .simulated: .simulated
      case .nitro: .nitro
      case .tdx: .tdx
      case .sevSNP: .sevSNP
      }
  }
}
