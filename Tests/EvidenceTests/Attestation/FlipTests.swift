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
    arguments: (EvidenceVector.tdx + EvidenceVector.sgx + EvidenceVector.vTPMQuotes)
      .filter { !$0.failing.contains(.chain) })
  func dcap(_ vector: EvidenceVector) throws {
    for part in try Quote(vector.bytes).parts {
      try check(vector, part.range, sample: part.sample, breaks: part.breaks)
    }
  }

  @Test(
    "NVIDIA: any byte of the request, the response or the signature",
    arguments: EvidenceVector.nvidia.filter { $0.failing.isEmpty && $0.file.hasSuffix(".txt") })
  func nvidia(_ vector: EvidenceVector) throws {
    try check(vector, 0..<vector.bytes.count, sample: 24)
  }

  @Test("NVIDIA in JSON: any byte of what each device sent")
  func nvidiaJSON() throws {
    let vectors = EvidenceVector.nvidia.filter { $0.file.hasSuffix(".json") }
    for device in try vectors.flatMap(NVIDIADevice.all).withoutRepeats {
      try #require([device].appraise().isAccepted, "\(device.name)")
      let accepted = EvidenceVector.accepted(device.report.indices, sample: 8) { at in
        let appraisal = [device.flipped(at)].appraise()
        return appraisal[.signature] == .pass || appraisal.isAccepted
      }
      #expect(accepted == [], "\(device.name)")
    }
  }

  @Test("NVIDIA in JSON: a byte of one device's signature spoils all of them")
  func nvidiaList() throws {
    for vector in EvidenceVector.nvidia where vector.file.hasSuffix(".json") {
      let devices = try NVIDIADevice.all(in: vector)
      for index in devices.indices {
        var changed = devices
        changed[index] = devices[index].flipped(devices[index].report.count - 1)
        let appraisal = changed.appraise()
        #expect(appraisal[.signature] == .fail && !appraisal.isAccepted, "\(devices[index].name)")
      }
    }
  }

  @Test("SEV-SNP: any byte of Turin's certificate, which stands for itself")
  func turin() throws {
    let vector = try #require(EvidenceVector.snp.first { $0.collateral.contains("sev-snp/virtee_turin_vcek.der") })
    let (bytes, report) = try (EvidenceVector.read("sev-snp/virtee_turin_vcek.der"), vector.bytes)
    var issuers = Collateral()
    try issuers.add(EvidenceVector.read("sev-snp/ask_ark_turin_vcek.pem"))
    let accepted = EvidenceVector.accepted(bytes.indices) { [issuers] at in
      var handed = issuers
      guard (try? handed.add(bytes.flipped(at))) != nil else { return false }
      return Appraiser(collateral: handed).appraise(report, kind: .sevSNP, at: vector.time)[.chain] == .pass
    }
    #expect(accepted == [])
  }
}
