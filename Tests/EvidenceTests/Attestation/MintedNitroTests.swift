import Codec
import Cryptography
import Testing

@testable import Evidence

/// A Nitro document under a root of the test's own, to be spoilt in one place.
struct MintedNitro {
  var root: TestIssuer
  var middle: TestIssuer
  var leaf: TestIssuer
  var pcrs: [Int: [UInt8]] = [:]
  var header: CBOR = [1: -35]
  var timestampMs = UInt64(TestIssuer.now) * 1000
  var bundle: [X509Certificate]
  /// Members of the payload as they are instead; nil leaves one out.
  var changed: [String: CBOR?] = [:]
  /// The message's parts as they are instead.
  var parts: [Int: CBOR] = [:]

  init() throws {
    root = try TestIssuer.root("test enclaves", .p384)
    middle = try root.issue("test zone", .p384, isCA: true)
    leaf = try middle.issue("test enclave", .p384)
    bundle = [root.certificate, middle.certificate]
    for index in 0...2 { pcrs[index] = [UInt8](repeating: UInt8(index + 1), count: 48) }
  }

  func document() throws -> [UInt8] {
    let members: [String: CBOR?] = [
      "module_id": "i-test", "digest": "SHA384", "timestamp": .unsigned(timestampMs),
      "pcrs": .map(pcrs.map { CBORPair(.unsigned(UInt64($0.key)), .bytes($0.value)) }),
      "certificate": .bytes(leaf.certificate.der), "cabundle": .array(bundle.map { .bytes($0.der) }),
      "public_key": .null, "user_data": .bytes([1, 2, 3]), "nonce": .bytes([9]),
    ]
    let payload = CBOR.map(
      members.merging(changed) { $1 }.compactMap { name, value in value.map { CBORPair(.text(name), $0) } })
    let protected = try header.encoded()
    let bytes = try payload.encoded()
    let signature = try leaf.key.sign(COSESign1.toBeSigned(protected, bytes))
    let made: [CBOR] = [.bytes(protected), [:], .bytes(bytes), .bytes(signature)]
    return try CBOR.array(made.enumerated().map { parts[$0.offset] ?? $0.element } + (parts[4].map { [$0] } ?? []))
      .encoded()
  }

  func appraise(
    at time: Int64 = TestIssuer.now, _ change: (inout AppraisalPolicy) -> Void = { _ in }
  ) throws -> Appraisal {
    var policy = AppraisalPolicy()
    policy.roots[.nitro] = [root.certificate]
    change(&policy)
    return Appraiser(policy: policy).appraise(try document(), kind: .nitro, at: time)
  }
}

@Suite struct MintedNitroTests {
  @Test("A document under the policy's root passes, and fails under the vendor's")
  func root() throws {
    var minted = try MintedNitro()
    #expect(try minted.appraise().isAccepted)
    for timestampMs in [1, minted.timestampMs] {
      minted.timestampMs = timestampMs
      let untrusted = try minted.appraise { $0.roots = [:] }
      #expect(untrusted[.chain] == .fail && untrusted[.validity] == .notChecked)
    }
    let validity = try minted.appraise().checks.first { $0.name == .validity }
    #expect(validity?.detail.hasSuffix("the document was made within theirs") == true)
    let other = try TestIssuer.root("test enclaves", .p384)
    #expect(try minted.appraise { $0.roots[.nitro] = [other.certificate] }[.chain] == .fail)
  }

  @Test("Certificates: expired, not yet valid, issued by no authority, of another chain, of a weak use")
  func certificates() throws {
    var minted = try MintedNitro()
    minted.leaf = try minted.middle.issue("test enclave", .p384, to: TestIssuer.now - 1)
    #expect(try minted.appraise()[.validity] == .fail)
    minted.leaf = try minted.middle.issue("test enclave", .p384, from: TestIssuer.now + 1)
    #expect(try minted.appraise()[.validity] == .fail)
    minted.leaf = try minted.middle.issue("test enclave", .p256)
    #expect(try minted.appraise()[.format] == .fail)

    minted = try MintedNitro()
    let impostor = try minted.root.issue("test zone", .p384)
    minted.middle = impostor
    minted.leaf = try impostor.issue("test enclave", .p384)
    minted.bundle = [minted.root.certificate, impostor.certificate]
    #expect(try minted.appraise()[.chain] == .fail)

    minted = try MintedNitro()
    minted.bundle = try MintedNitro().bundle
    #expect(try minted.appraise()[.chain] == .fail)
    minted = try MintedNitro()
    minted.bundle = [minted.root.certificate]
    #expect(try minted.appraise()[.chain] == .fail)
  }

  @Test("Content: zero and missing PCRs, another algorithm, another time, what a policy expects")
  func content() throws {
    for index in 0...2 {
      var minted = try MintedNitro()
      minted.pcrs[index] = [UInt8](repeating: 0, count: 48)
      #expect(try minted.appraise()[.debug] == .fail)
      #expect(try minted.appraise { $0.allowsDebug = true }.isAccepted)
      minted.pcrs[index] = nil
      #expect(try minted.appraise { $0.allowsDebug = true }[.debug] == .fail)
    }
    var minted = try MintedNitro()
    minted.header = [1: -7]
    #expect(try minted.appraise()[.format] == .fail)
    minted.header = [1: -35, 2: [1]]
    #expect(try minted.appraise()[.format] == .fail)
    minted = try MintedNitro()
    for (time, state) in [
      (TestIssuer.to + 1, SubCheck.State.fail), (TestIssuer.to, .pass), (TestIssuer.from, .pass),
      (TestIssuer.from - 1, .fail),
    ] {
      minted.timestampMs = UInt64(time) * 1000
      #expect(try minted.appraise()[.validity] == state)
    }
    minted = try MintedNitro()
    #expect(try minted.appraise { $0.nonce = [9] }.isAccepted)
    #expect(try minted.appraise { $0.nonce = [8] }[.nonce] == .fail)
    #expect(try minted.appraise { $0.reportData = [1, 2, 3] }.isAccepted)
    #expect(try minted.appraise { $0.reportData = [1, 2] }[.reportData] == .fail)
    let pcr = String(repeating: "01", count: 48)
    #expect(try minted.appraise { $0.measurements = ["pcr0": [pcr]] }.isAccepted)
    #expect(try minted.appraise { $0.measurements = ["pcr1": [pcr]] }[.measurements] == .fail)
    #expect(try minted.appraise { $0.measurements = ["pcr9": [pcr]] }[.measurements] == .fail)
    #expect(try !minted.appraise { $0.required = [.revocation] }.isAccepted)
    let names = ["h", "g", "f", "e", "d", "c", "b", "a"]
    let first = try minted.appraise { $0.measurements = Dictionary(uniqueKeysWithValues: names.map { ($0, ["00"]) }) }
    #expect(first.checks.contains { $0.detail.hasPrefix("the evidence has no a;") })
  }
}
