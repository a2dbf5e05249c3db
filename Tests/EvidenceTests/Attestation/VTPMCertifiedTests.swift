import Codec
import Cryptography
import Testing

@testable import Evidence

/// A TPM whose key a certificate vouches for instead of a hardware report; and a report that is for another quote.
@Suite struct VTPMCertifiedTests {
  private let root, middle, leaf: TestIssuer

  init() throws {
    root = try TestIssuer.root("TPM root", .p256)
    middle = try root.issue("TPM maker", .p256, isCA: true)
    leaf = try middle.issue("TPM", .rsa)
  }

  private func appraise(
    at time: Int64 = TestIssuer.now, key: X509PublicKey?, certificates: [X509Certificate],
    lists: [X509RevocationList] = [], pcrs count: Int = 24, shown: Int = 24
  ) throws -> Appraisal {
    let pcrs = (0..<count).map { $0 + 1 }.map { [UInt8](repeating: UInt8($0), count: 32) }
    var selection: [UInt8] = [0, 0, 0]
    for pcr in 0..<count { selection[pcr / 8] |= 1 << UInt8(pcr % 8) }
    let message =
      [0xff, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 0, 0, 2, 4, 2] + [UInt8](repeating: 0, count: 25)
      + [0, 0, 0, 1, 0, 0x0b, 3] + selection + [0, 32] + SHA256.hash(pcrs.flatMap { $0 }).bytes
    let json: JSON = [
      "quote": [
        "message": .string(Hex.encode(message)), "signature": .string(Hex.encode(try leaf.key.sign(message))),
        "pcrs": .array(pcrs.prefix(shown).map { .string(Hex.encode($0)) }),
      ]
    ]
    var policy = AppraisalPolicy()
    policy.roots[.vTPM] = [root.certificate]
    var collateral = Collateral()
    collateral.publicKeys = key.map { [$0] } ?? []
    collateral.certificates = certificates
    collateral.revocationLists = lists
    return Appraiser(policy: policy, collateral: collateral).appraise(json.serialized(), kind: .vTPM, at: time)
  }

  @Test("a certificate of the key leads to the policy's root, in its time")
  func certified() throws {
    let key = leaf.certificate.publicKey
    let chain = [middle.certificate, leaf.certificate]
    let good = try appraise(key: key, certificates: chain)
    #expect(good.isAccepted && good.checks.contains { $0.detail.contains("certified: ") }, "\(good.checks)")
    #expect(try appraise(at: TestIssuer.to + 1, key: key, certificates: chain)[.binding] == .fail)
    #expect(try appraise(key: key, certificates: [leaf.certificate])[.binding] == .fail)
    #expect(try appraise(key: key, certificates: [middle.certificate])[.binding] == .notChecked)
    let other = try middle.issue("Other TPM", .rsa)
    #expect(try appraise(key: key, certificates: [middle.certificate, other.certificate])[.binding] == .notChecked)
    let foreign = try appraise(key: other.certificate.publicKey, certificates: [middle.certificate, other.certificate])
    #expect(foreign[.signature] == .fail && foreign[.binding] == .pass)
    let nobody = try appraise(key: nil, certificates: chain)
    #expect(nobody[.signature] == .notChecked && nobody[.binding] == .notChecked && !nobody.isAccepted)
    #expect(try appraise(key: key, certificates: chain, pcrs: 1).isAccepted)
    let none = try appraise(key: key, certificates: chain, pcrs: 0)
    #expect(none[.pcrs] == .pass && none[.debug] == .fail)
    for shown in [0, 23] {
      let less = try appraise(key: key, certificates: chain, shown: shown)
      #expect(less[.pcrs] == .fail && less[.debug] == .notChecked, "\(shown)")
    }
  }

  @Test("a certificate that says what its key is for says that this is a TPM's attestation")
  func usage() throws {
    // DER of tcg-kp-AIKCertificate, id-kp-serverAuth and anyExtendedKeyUsage.
    let attestation: [UInt8] = [6, 5, 0x67, 0x81, 5, 8, 3]
    let server: [UInt8] = [6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1]
    let any: [UInt8] = [6, 4, 0x55, 0x1d, 0x25, 0]
    for (list, state) in [
      (attestation, .pass), (server + attestation, .pass), (server, .fail), (any, .fail), (any + server, .fail),
    ] as [([UInt8], SubCheck.State)] {
      let usage = [0x30, UInt8(list.count)] + list
      let named = try middle.issue("TPM", .rsa, extensions: ["2.5.29.37": usage]).certificate
      let found = try appraise(key: named.publicKey, certificates: [middle.certificate, named])
      #expect(found[.binding] == state, "\(list)")
    }
  }

  @Test("a certificate that a list handed in names is no TPM's any more")
  func revoked() throws {
    let (key, chain) = (leaf.certificate.publicKey, [middle.certificate, leaf.certificate])
    let above = try root.revoke([9])
    let stranger = try TestIssuer.root("Stranger", .p256).revoke([2])
    for (lists, state) in [
      ([above, try middle.revoke([9])], .pass), ([above, try middle.revoke([2])], .fail), ([above], .fail),
      ([try root.revoke([2]), try middle.revoke([9])], .fail), ([stranger], .pass),
    ] as [([X509RevocationList], SubCheck.State)] {
      #expect(try appraise(key: key, certificates: chain, lists: lists)[.binding] == state)
    }
  }

  @Test("of the certificates handed in, those beside the key's own may be as many as a path is looked for in")
  func many() throws {
    let others = try (0..<31).map { try root.issue("Other \($0)", .p256, serial: 100 + $0).certificate }
    for (count, state) in [(30, SubCheck.State.pass), (31, .fail)] {
      let handed = others.prefix(count) + [middle.certificate, leaf.certificate]
      #expect(try appraise(key: leaf.certificate.publicKey, certificates: Array(handed))[.binding] == state, "\(count)")
    }
  }

  @Test("a TD quote of other runtime data, or none, binds nothing")
  func domain() throws {
    let vector = try #require(EvidenceVector.vTPM.first { $0.file.hasPrefix("az-tdx") })
    let json = try JSON(parsing: vector.bytes)
    func states(_ quote: [UInt8]?) throws -> (SubCheck.State?, Bool) {
      let members = (json.objectValue ?? []).filter { $0.name != "td_quote" }
      let quoted = quote.map { [JSONMember("td_quote", .string(Hex.encode($0)))] } ?? []
      let appraisal = try vector.appraiser().appraise(
        JSON.object(members + quoted).serialized(), kind: .vTPM, at: vector.time)
      return (appraisal[.binding], appraisal[.chain, true] == nil)
    }
    #expect(try states(VTPMEvidence.bytes(json["td_quote"], "td_quote")) == (.pass, false))
    #expect(try states(EvidenceVector.read("tdx/phala_v4.dat")) == (.fail, false))
    #expect(try states(nil) == (.notChecked, true))
    #expect(try states([1]).0 == .fail)
  }
}
