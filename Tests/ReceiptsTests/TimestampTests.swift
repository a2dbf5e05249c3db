import Codec
import Cryptography
import Foundation
import MerkleLog
import TestKit
import Testing

@testable import Receipts

/// RFC 3161 timestamps of checkpoints, by an authority that is not ours.
@Suite struct TimestampTests {
  let authority: TestAuthority

  init() throws { authority = try TestAuthority() }

  private func imprint(_ bundle: Receipts.Bundle) throws -> Digest32 {
    SHA256.hash(Array(try TlogProof(parsing: bundle.tlogProof).note.text.utf8))
  }

  private func trust(witnesses: Int = 0, quorum: Int = 0) throws -> TrustPolicy {
    var trust = try World.trust(witnesses: witnesses, quorum: quorum)
    trust.timestampRoots = try authority.roots
    return trust
  }

  @Test func `A timestamp bounds the time, and of two bounds the earlier one holds`() throws {
    var world = World()
    for witnesses in [0, 1] {
      world.witnesses = witnesses
      var bundle = try world.sealed().bundle
      bundle.timestamp = try authority.token(imprint(bundle)).der
      #expect(try Receipts.Bundle(bundle.encoded()) == bundle)
      let trust = try trust(witnesses: witnesses, quorum: witnesses)
      let report = BundleVerifier(policy: trust).verify(try bundle.encoded())
      #expect(report.isAccepted && report[.time]?.state == .pass, "\(report.detail(.time))")
      // World's witnesses sign in 2025, the authority now.
      #expect(report.detail(.time).contains("1757000010") == (witnesses == 1))
      #expect(report.detail(.time).contains("a timestamp"))
    }
  }

  @Test func `A timestamp that is before the witnesses' times bounds the time`() throws {
    var world = World()
    (world.witnesses, world.witnessSeconds) = (1, 4_000_000_000)
    var bundle = try world.sealed().bundle
    bundle.timestamp = try authority.token(imprint(bundle)).der
    let report = BundleVerifier(policy: try trust(witnesses: 1, quorum: 1)).verify(try bundle.encoded())
    #expect(report[.time]?.state == .pass && !report.detail(.time).contains("4000000000"))
  }

  @Test func `An execution does not begin after the log held it, but for what clocks lie apart`() throws {
    var world = World()
    world.witnesses = 1
    for (before, state) in [(UInt64(0), Check.State.pass), (300, .pass), (301, .fail), (1_757_000_000, .fail)] {
      world.witnessSeconds = 1_757_000_000 - before
      let report = BundleVerifier(policy: try World.trust(witnesses: 1, quorum: 1))
        .verify(try world.sealed().bundle.encoded())
      #expect(report[.time]?.state == state && report.isAccepted == (state == .pass), "\(report.detail(.time))")
    }
    // Without a bound nothing contradicts the claim.
    world.witnesses = 0
    #expect(BundleVerifier(policy: try World.trust()).verify(try world.sealed().bundle.encoded()).isAccepted)
  }

  @Test func `Every flipped byte of a token is refused, in the token and in the bundle`() throws {
    var bundle = try World().sealed().bundle
    let (imprint, roots) = (try imprint(bundle), try authority.roots)
    let token = try authority.token(imprint)
    _ = try token.verify(imprint: imprint, roots: roots)
    for at in TestSize.places(token.der.indices) {
      var flipped = token.der
      // 0x20 is the case of a letter, which names are compared without.
      flipped[at] ^= at % 2 == 0 ? 0x20 : UInt8(1 << (at / 2 % 8))
      #expect((try? TimestampToken(flipped).verify(imprint: imprint, roots: roots)) == nil, "byte \(at)")
    }
    let verifier = BundleVerifier(policy: try trust())
    for at in stride(from: 0, to: token.der.count, by: 41) {
      bundle.timestamp = token.der
      bundle.timestamp?[at] ^= 1
      let report = verifier.verify(try bundle.encoded())
      #expect(report.failed == [.time] && !report.isAccepted, "byte \(at)")
    }
    for longer in [token.der + [0], [0] + token.der, Array(token.der.dropLast()), []] {
      #expect((try? TimestampToken(longer).verify(imprint: imprint, roots: roots)) == nil)
    }
  }

  @Test func `A token of another checkpoint, of another authority, or by no known root fails the time`() throws {
    var bundle = try World().sealed().bundle
    func detail(_ token: TimestampToken, _ trust: TrustPolicy) throws -> String {
      bundle.timestamp = token.der
      let report = BundleVerifier(policy: trust).verify(try bundle.encoded())
      #expect(report.failed == [.time])
      return report.detail(.time)
    }
    let good = try authority.token(imprint(bundle))
    #expect(try detail(authority.token(SHA256.hash([1])), trust()).contains("imprint differs"))
    #expect(try detail(good, World.trust()).contains("names no timestamp_roots"))
    #expect(try detail(TestAuthority().token(imprint(bundle)), trust()).contains("does not verify"))
  }

  @Test func `An answer to another request, or with another hash, is no answer`() throws {
    let request = try TimestampRequest(imprint: SHA256.hash([1]), nonce: 1)
    let answer = try authority.answer(request.der)
    #expect(throws: Never.self) { try request.token(in: answer) }
    #expect(throws: TimestampError.otherRequest) {
      try TimestampRequest(imprint: SHA256.hash([1]), nonce: 2).token(in: answer)
    }
    #expect(throws: TimestampError.otherData) {
      try TimestampRequest(imprint: SHA256.hash([2]), nonce: 1).token(in: answer)
    }
    #expect(throws: TimestampError.notGranted(status: 2)) { try request.token(in: authority.answer([0x30, 0])) }
    #expect(throws: TimestampError.malformed("the answer is no TimeStampResp")) { try request.token(in: [1, 2, 3]) }
    #expect(throws: TimestampError.tooLong(bytes: 65_537, max: 65_536)) {
      try request.token(in: [UInt8](repeating: 0, count: 65_537))
    }
  }

  @Test func `A root is one self-signed certificate`() throws {
    let root = try #require(try authority.roots.first)
    #expect(try TimestampRoot(der: root.der) == root)
    for wrong in [root.der + [0], Array(root.der.dropLast()), []] {
      #expect(throws: TimestampError.self) { try TimestampRoot(der: wrong) }
    }
    for name in ["mid.pem", "tsa.key"] {
      let pem = [UInt8](try Data(contentsOf: URL(filePath: "\(authority.folder)/\(name)")))
      #expect(throws: TimestampError.self) { try TimestampRoot.list(pem: pem) }
    }
    var trust = try World.trust()
    trust.timestampRoots = [root]
    #expect(try TrustPolicy(JCS.encode(trust.json)) == trust)
    let text = String(decoding: try JCS.encode(trust.json), as: UTF8.self)
    #expect(throws: ReceiptError.self) {
      try TrustPolicy(Array(text.replacing(Base64.encode(root.der), with: "AAAA").utf8))
    }
  }
}
