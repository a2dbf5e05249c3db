import TestKit
import Testing

@testable import Receipts

/// One byte anywhere is enough to be refused, and by the check whose business it is.
@Suite struct FlipTests {
  /// Flips each byte of `part` in turn, puts it back into its container, and collects those that are not refused by
  /// `expected`.
  private func survivors(
    _ part: [UInt8], expected: Check.Name, put: (inout Bundle, [UInt8]) -> Void
  ) throws -> [Int] {
    let verifier = BundleVerifier(policy: try World.trust())
    let honest = try World().sealed().bundle
    var survivors: [Int] = []
    for at in TestSize.places(part.indices) {
      var flipped = part
      flipped[at] ^= UInt8(1 << (at % 8))
      var bundle = honest
      put(&bundle, flipped)
      // A proof that is no text any more cannot be put into a bundle at all.
      guard let bytes = try? bundle.encoded() else { continue }
      let report = verifier.verify(bytes)
      if report.isAccepted || report[expected]?.state != .fail { survivors.append(at) }
    }
    return survivors
  }

  @Test(arguments: [
    StatementKind.receipt, .execution, .custody, .attribution, .verdict, .model, .policy,
  ])
  func `every byte of every statement is covered by its signature`(kind: StatementKind) throws {
    let bytes = try #require(try World().sealed().bundle.statements[kind])
    #expect(bytes.count > 300)
    #expect(try survivors(bytes, expected: .signatures) { $0.statements[kind] = $1 } == [])
  }

  @Test func `every byte of the COSE Receipt matters to inclusion`() throws {
    let bytes = try World().sealed().bundle.coseReceipt
    #expect(try survivors(bytes, expected: .inclusion) { $0.coseReceipt = $1 } == [])
  }

  @Test func `every byte of the tlog-proof matters to inclusion`() throws {
    let bytes = try World().sealed().bundle.tlogProof
    #expect(try survivors(bytes, expected: .inclusion) { $0.tlogProof = $1 } == [])
  }

  @Test func `every byte of every opening matters to content`() throws {
    for (field, bytes) in try World().sealed().bundle.openings {
      let survivors = try survivors(bytes, expected: .content) { $0.openings[field] = $1 }
      // Only re-execution leads from the salt and the inner digests to the head; until then the custody check has them.
      let inner = field == .activation ? Array(0..<32) + Array(40..<bytes.count - 32) : []
      #expect(survivors == TestSize.places(bytes.indices).filter(inner.contains), "\(field)")
    }
  }

  @Test func `every byte of every opening matters to custody`() throws {
    for (field, bytes) in try World().sealed().bundle.openings {
      #expect(try survivors(bytes, expected: .custody) { $0.openings[field] = $1 } == [], "\(field)")
    }
  }

  @Test func `every byte of the bundle's own text matters`() throws {
    let verifier = BundleVerifier(policy: try World.trust())
    let bytes = try World().sealed().bundle.encoded()
    var survivors: [Int] = []
    for at in TestSize.places(bytes.indices) {
      var flipped = bytes
      flipped[at] ^= UInt8(1 << (at % 7))
      if verifier.verify(flipped).isAccepted { survivors.append(at) }
    }
    #expect(survivors == [])
  }
}
