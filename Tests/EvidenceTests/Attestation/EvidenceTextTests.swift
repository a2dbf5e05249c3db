import Codec
import Cryptography
import Testing

@testable import Evidence

/// Evidence that travels as text.
@Suite struct EvidenceTextTests {
  @Test("Text that is nothing but white space is no text of evidence")
  func blank() {
    for bytes: [UInt8] in [[0x20], [0x0a, 0x09], []] { #expect(EvidenceText.decode(bytes) == bytes) }
    #expect(EvidenceText.decode([0x20, 0x30, 0x31]) == [1])
  }

  @Test("Hardware evidence is appraised whether it comes as bytes or as text; simulated evidence has one spelling")
  func spellings() throws {
    for vector in [EvidenceVector.nitro, EvidenceVector.snp, EvidenceVector.tdx].compactMap(\.first) {
      let bytes = try vector.bytes
      let checks = try vector.appraise().checks.map { $0.state }
      for text in [Hex.encode(bytes), Base64.encode(bytes)] {
        let appraisal = try vector.appraiser().appraise(Array(text.utf8), kind: vector.kind, at: vector.time)
        #expect(appraisal.checks.map { $0.state } == checks, "\(vector)")
      }
    }
    let simulated = try SimulatedTests.statement().signed(by: SimulatedTests.root())
    #expect(try SimulatedTests.appraise(simulated).isAccepted)
    #expect(try !SimulatedTests.appraise(Array(Hex.encode(simulated).utf8)).isAccepted)
    #expect(try !SimulatedTests.appraise([0x20] + simulated).isAccepted)
  }
}
