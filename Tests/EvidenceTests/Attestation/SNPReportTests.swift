import Cryptography
import Testing

@testable import Evidence

/// The versions in a report of SEV-SNP: where they stand, and which is named.
@Suite struct SNPReportTests {
  @Test("The TCB of the launch stands behind the builds")
  func launch() throws {
    var bytes = try MintedSNP().report()
    for at in 0x1e0..<0x1f8 { bytes[at] = UInt8(at & 0xff) }
    let report = try SNPReport(bytes)
    #expect(report.committedTCB == Array(bytes[0x1e0..<0x1e8]) && report.launchTCB == Array(bytes[0x1f0..<0x1f8]))
  }

  @Test("Of several versions that are too low the first by name is named")
  func least() throws {
    let minted = try MintedSNP()
    let names = ["boot_loader", "microcode", "snp", "tee"]
    for (at, name) in names.enumerated() {
      for last in at..<names.count {
        let least = try minted.appraise {
          $0.tcbMinimum = Dictionary(([name] + names[last...]).map { ($0, 255) }, uniquingKeysWith: { $1 })
        }
        #expect(least.checks.contains { $0.name == .tcb && $0.detail.hasPrefix("\(name) is at ") })
      }
    }
  }
}
