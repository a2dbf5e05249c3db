import Testing

@testable import Evidence

extension Quote {
  /// Where a quote has what is signed and what signs, at how many places a short run looks, and what a change spoils.
  var parts: [(range: Range<Int>, sample: Int, breaks: SubCheck.Name)] {
    let start = signed.count + 4
    let report = start + 128 + (version > 3 ? 6 : 0)
    let end = report + 384 + 64
    return [
      (0..<signed.count, 16, .signature), (start..<start + 64, 6, .signature),
      // The attestation key signs the quote and is named by the quoting enclave's report.
      (start + 64..<start + 128, 6, .quotingEnclave), (report..<end, 16, .quotingEnclave),
      (end + 2..<end + 2 + authenticationData.count, 4, .quotingEnclave),
    ]
  }

  /// The bytes of this quote with another chain in it; nil for its own and for a longer one.
  func with(chain: [UInt8], in bytes: [UInt8]) throws -> [UInt8]? {
    let mine = try #require(bytes.range(of: certificationData))
    // A chain of another length would only break the format: line feeds fill it.
    guard chain != certificationData, chain.count <= mine.count else { return nil }
    let filled = chain + [UInt8](repeating: 0x0a, count: mine.count - chain.count)
    return Array(bytes[..<mine.lowerBound]) + filled + bytes[mine.upperBound...]
  }
}
