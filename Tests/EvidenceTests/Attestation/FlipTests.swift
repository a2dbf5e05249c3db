import Testing

@testable import Evidence

/// One bit changed anywhere in what is signed, or in a signature.
@Suite struct FlipTests {
  private func check(
    _ vector: EvidenceVector, _ range: Range<Int>, sample: Int = 12, breaks name: SubCheck.Name = .signature
  ) throws {
    let appraiser = try vector.appraiser()
    let bytes = try vector.bytes
    try #require(appraiser.appraise(bytes, kind: vector.kind, at: vector.time)[name] == .pass)
    let accepted = EvidenceVector.accepted(range, sample: sample) { at in
      let appraisal = appraiser.appraise(bytes.flipped(at), kind: vector.kind, at: vector.time)
      return appraisal[name] == .pass || appraisal.isAccepted
    }
    #expect(accepted == [])
  }

  @Test(
    "Nitro: any byte of the headers, the payload or the signature",
    arguments: EvidenceVector.nitro.filter { !$0.failing.contains(.signature) && !$0.failing.contains(.format) })
  func nitro(_ vector: EvidenceVector) throws {
    // 84 44 protected a0 59 payload 58 60 signature: all but the frame's own bytes.
    let bytes = try vector.bytes
    try check(vector, 2..<6)
    try check(vector, 10..<bytes.count - 98)
    try check(vector, bytes.count - 96..<bytes.count)
  }

  @Test(
    "SEV-SNP: any byte of the report or of the signature's field",
    arguments: EvidenceVector.snp.filter { $0.failing.subtracting([.debug]).isEmpty && $0.unchecked.isEmpty })
  func snp(_ vector: EvidenceVector) throws {
    try check(vector, 0..<0x2a0, sample: 30)
    try check(vector, 0x2a0..<1184, sample: 30)
  }

  @Test(
    "TDX and SGX: any byte of the quote, of its key, of the quoting enclave's report or of a signature",
    arguments: (EvidenceVector.tdx + EvidenceVector.sgx).filter { !$0.failing.contains(.chain) })
  func dcap(_ vector: EvidenceVector) throws {
    let bytes = try vector.bytes
    let quote = try Quote(bytes)
    let start = quote.signed.count + 4
    try check(vector, 0..<quote.signed.count, sample: 16)
    try check(vector, start..<start + 64, sample: 6)
    // The attestation key signs the quote and is named by the quoting enclave's report.
    try check(vector, start + 64..<start + 128, sample: 6, breaks: .quotingEnclave)
    let report = start + 128 + (quote.version > 3 ? 6 : 0)
    let end = report + 384 + 64
    try check(vector, report..<end, sample: 16, breaks: .quotingEnclave)
    if !quote.authenticationData.isEmpty {
      try check(vector, end + 2..<end + 2 + quote.authenticationData.count, sample: 4, breaks: .quotingEnclave)
    }
  }

  @Test(
    "NVIDIA: any byte of the request, the response or the signature",
    arguments: EvidenceVector.nvidia.filter { $0.failing.isEmpty && $0.file.hasSuffix(".txt") })
  func nvidia(_ vector: EvidenceVector) throws {
    try check(vector, 0..<vector.bytes.count, sample: 24)
  }

  @Test("vTPM: any byte of the quote's message, its signature, its PCRs or the hardware's report", arguments: 0..<3)
  func vTPM(_ index: Int) throws {
    let vector = EvidenceVector.vTPM[index]
    let whole = try VTPMEvidence(vector.bytes)
    let (quote, report) = (try #require(whole.quote), try #require(whole.hcl))
    let appraiser = try vector.appraiser()
    let original = try VTPMParts(vector)
    @Sendable func accepts(_ change: (inout VTPMParts) -> Void) -> Bool {
      var parts = original
      change(&parts)
      return appraiser.appraise(parts.json, kind: .vTPM, at: vector.time).isAccepted
    }
    #expect(accepts { _ in })
    let messages = EvidenceVector.accepted(0..<quote.message.count, sample: 10) { at in
      accepts { $0.message = $0.message.flipped(at) }
    }
    #expect(messages == [])
    let signatures = EvidenceVector.accepted(0..<quote.signature.count, sample: 10) { at in
      accepts { $0.signature = $0.signature.flipped(at) }
    }
    #expect(signatures == [])
    let pcrs = EvidenceVector.accepted(0..<32 * 24, sample: 10) { at in
      accepts { $0.pcrs[at / 32] = $0.pcrs[at / 32].flipped(at % 32) }
    }
    #expect(pcrs == [])
    // What the hardware signed, and the runtime data that its report binds.
    for (range, sample) in [(32..<32 + 1184, 16), (1236..<1236 + report.runtimeData.count, 8)] {
      let reports = EvidenceVector.accepted(range, sample: sample) { at in
        accepts { $0.report = $0.report.flipped(at) }
      }
      #expect(reports == [])
    }
  }
}
