import Cryptography
import Testing

@testable import Evidence

/// Genuine parts of one machine's evidence with those of another's.
@Suite struct VTPMSwapTests {
  /// A vector taken apart. Two of them are of one machine: the same chip and the same key of the TPM.
  private struct Machine {
    let vector: EvidenceVector
    let document: VTPMDocument
    let evidence: VTPMEvidence

    init(_ vector: EvidenceVector) throws {
      self.vector = vector
      document = try VTPMDocument(vector)
      evidence = try VTPMEvidence(vector.bytes)
    }

    var key: X509PublicKey? { evidence.hcl?.attestationKey }
  }

  private static func machines(_ folder: String) throws -> [Machine] {
    try EvidenceVector.vTPM.filter { $0.file.hasPrefix(folder) }.map(Machine.init)
  }

  /// With AMD's intermediates of all products, so that a chain holds whosesoever the certificate is.
  private func appraise(_ document: VTPMDocument, of machine: Machine) throws -> Appraisal {
    var vector = machine.vector
    vector.collateral = ["sev-snp/ask_ark_milan.pem", "sev-snp/ask_ark_genoa.pem"]
    return try vector.appraiser().appraise(document.serialized, kind: .vTPM, at: vector.time)
  }

  private func pairs(_ machines: [Machine]) -> [(mine: Machine, theirs: Machine)] {
    machines.flatMap { mine in machines.filter { $0.key != mine.key }.map { (mine, $0) } }
  }

  @Test("SEV-SNP: a report does not pass with another chip's certificate, nor under another TPM's quote")
  func snp() throws {
    let machines = try Self.machines("az-snp")
    for machine in machines { #expect(try appraise(machine.document, of: machine).isAccepted) }
    let pairs = pairs(machines)
    #expect(pairs.count == 10)
    for (mine, theirs) in pairs {
      let names: Comment = "\(mine.vector) with \(theirs.vector)"
      let certified = try appraise(mine.document.with(.vcek, of: theirs.document), of: mine)
      #expect(certified[.chain, true] == .pass && certified[.signature] == .pass, names)
      #expect(certified[.signature, true] == .fail && certified[.identity, true] == .fail, names)
      let report = try mine.document.with(.report, of: theirs.document)
      let reported = try appraise(report, of: mine)
      #expect(reported[.signature] == .fail && reported[.signature, true] == .fail, names)
      // All of the other machine's hardware holds, and is not this TPM's.
      let moved = try appraise(report.with(.vcek, of: theirs.document), of: mine)
      #expect(moved[.signature, true] == .pass && moved[.binding] == .pass && moved[.signature] == .fail, names)
      for appraisal in [certified, reported, moved] { #expect(!appraisal.isAccepted, names) }
    }
  }

  @Test("TDX: neither another machine's report nor another platform's certificates in the quote")
  func tdx() throws {
    let other = try EvidenceVector.read("vtpm/azure-cvm-tooling/hcl-report-tdx.bin")
    let chain = try Quote(EvidenceVector.read("tdx/phala_v4.dat")).certificationData
    for machine in try Self.machines("az-tdx") {
      let reported = try appraise(machine.document.with(.report, other), of: machine)
      #expect(reported[.signature] == .fail && reported[.binding] == .fail && !reported.isAccepted)
      let bytes = try #require(machine.evidence.tdQuote)
      let quote = try #require(try Quote(bytes).with(chain: chain, in: bytes))
      let certified = try appraise(machine.document.with(.tdQuote, quote), of: machine)
      #expect(certified[.chain, true] == .pass && certified[.quotingEnclave, true] == .fail && !certified.isAccepted)
    }
  }

  @Test("Keys by themselves: a quote does not pass with another TPM's")
  func keys() throws {
    let coco = try #require(try Self.machines("coco-tpm").first)
    let bare = try #require(EvidenceVector.vTPM.first { $0.file.hasSuffix("quote.bin") })
    let key = try #require(try bare.appraiser().collateral.publicKeys.first)
    #expect(try appraise(coco.document.with(.key, key.subjectPublicKeyInfo), of: coco)[.signature] == .fail)
    var handed = Collateral()
    handed.publicKeys = [try X509PublicKey(subjectPublicKeyInfo: coco.document.bytes(.key))]
    let swapped = Appraiser(collateral: handed).appraise(try bare.bytes, kind: .vTPM, at: bare.time)
    #expect(swapped[.signature] == .fail && !swapped.isAccepted)
  }
}
