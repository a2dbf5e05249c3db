import Testing

@testable import Evidence

/// Evidence that travels as text.
@Suite struct EvidenceTextTests {
  @Test("Text that is nothing but white space is no text of evidence")
  func blank() {
    for bytes: [UInt8] in [[0x20], [0x0a, 0x09], []] { #expect(EvidenceText.decode(bytes) == bytes) }
    #expect(EvidenceText.decode([0x20, 0x30, 0x31]) == [1])
  }
}
