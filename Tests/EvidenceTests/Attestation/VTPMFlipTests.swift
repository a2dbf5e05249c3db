import Testing

@testable import Evidence

/// One bit changed anywhere in a TPM's quote, or in what vouches for its key.
@Suite struct VTPMFlipTests {
  private static let documents = EvidenceVector.vTPM.filter { $0.file.hasSuffix(".json") }
  private static let amd = documents.filter { $0.file.hasPrefix("az-snp") }
  private static let intel = documents.filter { $0.file.hasPrefix("az-tdx") }

  /// In an HCL report the hardware's begins behind 32 bytes; behind it and 20 more, the runtime data.
  private static let hardwareReport = 32..<32 + 1184

  private static func runtimeData(_ report: HCLReport) -> Range<Int> { 1236..<1236 + report.runtimeData.count }

  /// Every byte of `range` must spoil `name`.
  private func check(
    _ vector: EvidenceVector, _ range: Range<Int>, sample: Int = 10, breaks name: SubCheck.Name,
    ofHardware: Bool = false, _ changed: @escaping @Sendable (Int) -> [UInt8]
  ) throws {
    let appraiser = try vector.appraiser()
    try #require(try vector.appraise()[name, ofHardware] == .pass)
    let accepted = EvidenceVector.accepted(range, sample: sample) { at in
      let appraisal = appraiser.appraise(changed(at), kind: .vTPM, at: vector.time)
      return appraisal[name, ofHardware] == .pass || appraisal.isAccepted
    }
    #expect(accepted == [], "\(vector) \(name)")
  }

  private func check(
    _ vector: EvidenceVector, _ part: VTPMDocument.Part, _ range: Range<Int>? = nil, sample: Int = 10,
    breaks name: SubCheck.Name, ofHardware: Bool = false
  ) throws {
    let document = try VTPMDocument(vector)
    let bytes = try document.bytes(part)
    try check(vector, range ?? bytes.indices, sample: sample, breaks: name, ofHardware: ofHardware) { at in
      document.with(part, bytes.flipped(at)).serialized
    }
  }

  @Test(
    "Any byte of the quote's message, of its signature with the head that it may have, or of the PCRs",
    arguments: documents)
  func quote(_ vector: EvidenceVector) throws {
    try check(vector, .message, breaks: .signature)
    try check(vector, .signature, breaks: .signature)
    try check(vector, .pcrs, breaks: .pcrs)
  }

  @Test("A quote by itself: any byte of its signature, its message, its PCRs and their lengths")
  func bare() throws {
    let vector = try #require(EvidenceVector.vTPM.first { $0.file.hasSuffix("quote.bin") })
    let bytes = try vector.bytes
    let quote = try #require(VTPMEvidence(bytes).quote)
    let end = 8 + quote.signature.count + 8 + quote.message.count
    try check(vector, 0..<end, sample: 20, breaks: .signature) { bytes.flipped($0) }
    try check(vector, end..<bytes.count, breaks: .pcrs) { bytes.flipped($0) }
  }

  @Test(
    "SEV-SNP: any byte of the report that the chip signed, of its signature, or of the runtime data", arguments: amd)
  func snp(_ vector: EvidenceVector) throws {
    let report = try #require(VTPMEvidence(vector.bytes).hcl)
    try check(vector, .report, Self.hardwareReport, sample: 16, breaks: .signature, ofHardware: true)
    try check(vector, .report, Self.runtimeData(report), sample: 8, breaks: .binding)
  }

  @Test(
    "TDX: any byte of the quote, of its report data, of the local report's, or of the runtime data", arguments: intel)
  func tdx(_ vector: EvidenceVector) throws {
    let evidence = try VTPMEvidence(vector.bytes)
    let quote = try Quote(try #require(evidence.tdQuote))
    for part in quote.parts {
      try check(vector, .tdQuote, part.range, sample: part.sample, breaks: part.breaks, ofHardware: true)
    }
    // The last field of the body. Of the report that only its machine can check, nothing but this is used.
    try check(vector, .tdQuote, quote.signed.count - 64..<quote.signed.count, sample: 6, breaks: .binding)
    let local = Self.hardwareReport.lowerBound + 128
    try check(vector, .report, local..<local + 64, sample: 6, breaks: .binding)
    try check(vector, .report, Self.runtimeData(try #require(evidence.hcl)), sample: 8, breaks: .binding)
  }

  @Test("A report without a quote: any byte of its report data or of the runtime data", arguments: ["snp", "tdx"])
  func report(_ hardware: String) throws {
    let vector = try #require(EvidenceVector.vTPM.first { $0.file.hasSuffix("hcl-report-\(hardware).bin") })
    let bytes = try vector.bytes
    let report = try HCLReport(bytes)
    let appraiser = try vector.appraiser()
    let reportData = Self.hardwareReport.lowerBound + (report.hardware == .snp ? 0x50 : 128)
    for range in [reportData..<reportData + 64, Self.runtimeData(report)] {
      // Without its TD quote a report's binding is open: changed, it is refused.
      let accepted = EvidenceVector.accepted(range, sample: 10) { at in
        let appraisal = appraiser.appraise(bytes.flipped(at), kind: .vTPM, at: vector.time)
        return appraisal[.binding] != .fail && appraisal[.format] != .fail
      }
      #expect(accepted == [], "\(vector)")
    }
  }
}
