import Cryptography
import Evidence
import Foundation
import Receipts
import Testing

@testable import InferenceService

/// Each provider over what stands for its device.
@Suite struct ProviderTests {
  private static func document(_ provider: any EvidenceProvider) throws -> EvidenceDocument {
    try EvidenceParts.source(provider).document(EvidenceParts.nonce.get(), untilUnixS: 2_000_000_000)
  }

  /// The real report with other report data.
  private static func patched(_ report: [UInt8], at place: Int, with data: [UInt8]) -> [UInt8] {
    var report = report
    report.replaceSubrange(place..<place + data.count, with: data)
    return report
  }

  private func expectFailure(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> some Any
  ) {
    do {
      _ = try body()
      Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch { #expect("\(error)".contains(text), "\(error)", sourceLocation: sourceLocation) }
  }

  @Test("simulated evidence holds the report data of its document, and counts from now until it is wanted no more")
  func simulated() throws {
    let document = try Self.document(EvidenceParts.simulated { 1_900_000_000_500 })
    let keyID = try EvidenceParts.keyID()
    #expect(document.kind == .simulated && document.keyID == keyID)
    let tee = TrustPolicy.TEE(
      kinds: [.simulated], roots: [.simulated: [try EvidenceParts.root.get().publicKey.raw]])
    for (time, accepted) in [
      (1_900_000_000, true), (2_000_000_000, true), (1_899_999_999, false), (2_000_000_001, false),
    ] {
      #expect(try BoundAppraisal(tee).appraise(document, at: Int64(time)).isAccepted == accepted, "\(time)")
    }
  }

  @Test("SEV-SNP by configfs-tsm: the report with the report data asked for, and the host's certificates")
  func snp() throws {
    let report = try EvidenceParts.vector("sev-snp/virtee_milan_report.bin")
    let certificate = try EvidenceParts.vector("sev-snp/virtee_milan_vcek.der")
    func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let table =
      [UInt8](repeating: 1, count: 16) + little(48) + little(certificate.count) + [UInt8](repeating: 0, count: 24)
    let fake = try FakeTSM(driver: "sev_guest", auxiliary: table + certificate)
    fake.serve { Self.patched(report, at: 0x50, with: $0) }
    let document = try Self.document(TSMProvider(.sevSNP, report: TSMReport(folder: fake.folder.path)))
    #expect(document.kind == .sevSNP && document.collateral == [certificate])
    #expect(try AttestedReportData.of(document.evidence, kind: .sevSNP) == document.reportData)
    #expect(fake.generation == 1)
  }

  @Test("TDX by configfs-tsm, twice on the one instance")
  func tdx() throws {
    let quote = try EvidenceParts.vector("tdx/phala_v4.dat")
    let fake = try FakeTSM(driver: "tdx_guest")
    let provider = TSMProvider(.tdx, report: TSMReport(folder: fake.folder.path))
    for round in 1...2 {
      fake.serve { Self.patched(quote, at: 48 + 520, with: $0) }
      let document = try Self.document(provider)
      #expect(try AttestedReportData.of(document.evidence, kind: .tdx) == document.reportData)
      #expect(document.collateral.isEmpty && fake.generation == UInt64(round))
    }
  }

  @Test("a real quote of somebody else's is refused, and its report data named")
  func otherReportData() throws {
    for (kind, driver, file) in [
      (EvidenceDocument.Kind.tdx, "tdx_guest", "tdx/phala_v4.dat"),
      (.sevSNP, "sev_guest", "sev-snp/virtee_milan_report.bin"),
    ] {
      let bytes = try EvidenceParts.vector(file)
      let fake = try FakeTSM(driver: driver)
      fake.serve { _ in bytes }
      expectFailure("the \(kind.rawValue) evidence holds the report data ") {
        try Self.document(TSMProvider(kind, report: TSMReport(folder: fake.folder.path)))
      }
    }
  }

  @Test(
    "a generation that somebody else moved, no report, garbage and too much of it are refused", arguments: [0, 2, 7])
  func generation(writes: UInt64) throws {
    let quote = try EvidenceParts.vector("tdx/phala_v4.dat")
    let fake = try FakeTSM(driver: "tdx_guest")
    fake.serve(writes: writes) { Self.patched(quote, at: 48 + 520, with: $0) }
    expectFailure("somebody else writes to this instance") {
      try Self.document(TSMProvider(.tdx, report: TSMReport(folder: fake.folder.path)))
    }
  }

  @Test("what comes out of the instance is bounded and of its format")
  func output() throws {
    let cases: [([UInt8], String)] = [
      ([], "outblob is empty"), ([1, 2, 3], "the quote"),
      (Array(repeating: 1, count: TSMReport.outputBytesMax + 1), "more than the limit"),
    ]
    for (bytes, why) in cases {
      let fake = try FakeTSM(driver: "tdx_guest")
      fake.serve { _ in bytes }
      expectFailure(why) { try Self.document(TSMProvider(.tdx, report: TSMReport(folder: fake.folder.path))) }
    }
    let fake = try FakeTSM(driver: "sev_guest", auxiliary: [1, 2, 3])
    fake.serve { _ in [1] }
    expectFailure("the certificate table") {
      try Self.document(TSMProvider(.sevSNP, report: TSMReport(folder: fake.folder.path)))
    }
  }

  @Test("another driver, no configfs and an instance without attributes are named before anything is asked")
  func absent() throws {
    let fake = try FakeTSM(driver: "sev_guest")
    expectFailure("not the driver of this kind, 'tdx_guest'") {
      try Self.document(TSMProvider(.tdx, report: TSMReport(folder: fake.folder.path)))
    }
    expectFailure("the kernel has no configfs-tsm") {
      try Self.document(TSMProvider(.tdx, report: TSMReport(folder: "/nonexistent/tsm")))
    }
    let empty = try TemporaryFolder()
    expectFailure("\(empty.path)/colophon/provider") {
      try Self.document(TSMProvider(.tdx, report: TSMReport(folder: empty.path)))
    }
    // The instance that was made for one report is gone with it.
    #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path).isEmpty)
  }

  @Test("Nitro: a device that is not there, and one that takes no such call, are named")
  func nitro() throws {
    expectFailure("is this a Nitro enclave") { try Self.document(NitroProvider(device: "/nonexistent/nsm")) }
    // The call itself reaches the driver, which has never heard of it.
    expectFailure("ioctl /dev/null failed") { try Self.document(NitroProvider(device: "/dev/null")) }
  }
}
