import Codec
import Cryptography
import Testing

@testable import Evidence

/// Simulated evidence at its limits, and in other envelopes.
@Suite struct SimulatedEnvelopeTests {
  private func failed(_ appraisal: Appraisal) -> [SubCheck.Name] {
    #expect(!appraisal.isAccepted)
    return appraisal.checks.filter { $0.state == .fail }.map(\.name)
  }

  @Test("it may begin in 1970, count for one second, and say debug from the first")
  func edges() throws {
    #expect(throws: AppraisalError.self) {
      try SimulatedTests.statement { $0.reportData = [1] }.signed(by: SimulatedTests.root())
    }
    let claims = try SimulatedTests.appraise(SimulatedTests.statement().signed(by: SimulatedTests.root()))
    #expect(claims.claims.map(\.name) == ["simulated", "root", "measurement", "report_data"])
    #expect(claims.checks.first { $0.name == .debug }?.detail == "stands for an environment that is closed")
    for (text, isNested) in [(#"{"a":[1]}"#, false), (#"{"a":[[1]]}"#, true)] {
      let error = #expect(throws: (any Error).self) { try SimulatedStatement(payload: Array(text.utf8)) }
      #expect(error.map { "\($0)" }?.contains("nest") == isNested, "\(text)")
    }
    let early = SimulatedTests.statement { ($0.notBefore, $0.notAfter) = (0, 0) }
    #expect(try SimulatedTests.appraise(early.signed(by: SimulatedTests.root()), at: 0).isAccepted)
    let debug = SimulatedStatement(
      reportData: SimulatedTests.reportData, measurement: Array(repeating: 7, count: 32), isDebug: true,
      notBefore: UInt64(SimulatedTests.now), notAfter: UInt64(SimulatedTests.now))
    #expect(failed(try SimulatedTests.appraise(debug.signed(by: SimulatedTests.root()))) == [.debug])
    let allowed = try SimulatedTests.appraise(debug.signed(by: SimulatedTests.root())) { $0.allowsDebug = true }
    #expect(allowed.checks.first { $0.name == .debug }?.detail == "debug mode, which the policy accepts")
    for (count, isLimit) in [(4096, false), (4097, true)] {
      do {
        _ = try SignedSimulation([UInt8](repeating: 0x41, count: count))
        Issue.record("\(count) bytes were read")
      } catch { #expect("\(error)".contains("limit") == isLimit, "\(error)") }
    }
  }

  @Test("an envelope with another header, or in another spelling, is refused though its signature is good")
  func envelopes() throws {
    let good = try SimulatedTests.statement().signed(by: SimulatedTests.root())
    let read = try COSESign1(decoding: good)
    let payload = try #require(read.payload)
    func header(
      _ type: String = "application/vnd.colophon.simulated-evidence+json", claims: CWTClaims? = nil,
      other: [CBORPair] = []
    ) throws -> ProtectedHeader {
      ProtectedHeader(
        algorithm: .edDSA, contentType: type, keyID: COSEKey(try SimulatedTests.root().publicKey).keyID, claims: claims,
        other: other)
    }
    func signed(_ header: ProtectedHeader, _ unprotected: [CBORPair] = []) throws -> [UInt8] {
      try COSESign1.sign(payload, protected: header, unprotected: unprotected, with: SimulatedTests.root()).encoded()
    }
    #expect(try SimulatedTests.appraise(signed(header())).isAccepted)
    // Of another algorithm, which is not even looked at.
    let other = ProtectedHeader(algorithm: .es256, contentType: read.protectedHeader.contentType, keyID: [1])
    let parts: [CBOR] = [.bytes(try other.encoded()), [:], .bytes(payload), .bytes(read.signature)]
    #expect(failed(try SimulatedTests.appraise(CBOR.tag(18, .array(parts)).encoded())) == [.format])
    // An empty map in two bytes.
    let map = 2 + (try CBOR.bytes(read.protectedBytes).encoded().count)
    #expect(good[map] == 0xa0)
    let long = good[..<map] + [0xb8, 0] + good[(map + 1)...]
    for bytes in [
      try signed(header("application/json")),
      try signed(header(claims: CWTClaims(issuer: "x", subject: "y", issuedAt: 1))),
      try signed(header(other: [CBORPair(99, 1)])), try signed(header(), [CBORPair(99, 1)]), Array(long),
    ] { #expect(failed(try SimulatedTests.appraise(bytes)) == [.format]) }
  }
}
