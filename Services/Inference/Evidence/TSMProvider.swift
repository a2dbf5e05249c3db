internal import Evidence
internal import Receipts

/// Intel TDX and AMD SEV-SNP by way of Linux's configfs-tsm.
struct TSMProvider: EvidenceProvider {
  let kind: EvidenceDocument.Kind
  let report: TSMReport

  /// The kernel's names of its drivers, in `provider`.
  private static let drivers: [EvidenceDocument.Kind: String] = [.tdx: "tdx_guest", .sevSNP: "sev_guest"]

  /// - Parameter kind: `tdx` or `sev-snp`.
  init(_ kind: EvidenceDocument.Kind, report: TSMReport) {
    self.kind = kind
    self.report = report
  }

  func evidence(reportData: [UInt8], untilUnixS: UInt64) throws -> Attested {
    let found = try report.make(reportData, driver: Self.drivers[kind] ?? "")
    // Of SEV-SNP the host's certificates; other drivers have nothing there that an appraisal reads.
    let certificates = kind == .sevSNP ? try SNPCertificateTable.certificates(found.auxiliary) : []
    return Attested(evidence: found.output, collateral: certificates)
  }
}
