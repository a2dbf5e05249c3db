import Cryptography
import Testing

@testable import Evidence

/// Measurements of a GPU under a root of the test's own.
struct MintedNVIDIA {
  let root: TestIssuer
  let middle: TestIssuer
  var device: TestIssuer
  var nonce = [UInt8](repeating: 0x5a, count: 32)
  var firmwareID = [UInt8](repeating: 0xf1, count: 48)
  var blocks: [(index: UInt8, value: [UInt8])] = [
    (1, [UInt8](repeating: 1, count: 48)), (2, [UInt8](repeating: 2, count: 48)),
  ]
  /// Behind each value, and within its block.
  var blockTail: [UInt8] = []
  var announced: UInt8?
  var opaqueTail: [UInt8] = []

  /// The composite device id of NVIDIA's certificates.
  static func extensions(_ firmwareID: [UInt8]) -> [String: [UInt8]] {
    func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }
    let digest = element(0x30, element(6, [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2]) + element(4, firmwareID))
    return ["2.23.133.5.4.1": element(0x30, [2, 1, 1] + element(0x30, []) + digest)]
  }

  init() throws {
    root = try TestIssuer.root("Test Device Identity CA", .p384)
    middle = try root.issue("Test GPU Identity", .p384, isCA: true)
    device = try middle.issue("Test GPU", .p384, extensions: Self.extensions(firmwareID))
  }

  func report() throws -> [UInt8] {
    var record: [UInt8] = []
    for block in blocks {
      let count = Little.bytes(UInt16(block.value.count))
      record += [block.index, 1] + Little.bytes(UInt16(block.value.count + blockTail.count + 3)) + [1] + count
      record += block.value + blockTail
    }
    let opaque = [20, 0, 48, 0] + firmwareID + opaqueTail
    var bytes: [UInt8] = [0x11, 0xe0, 0x01, 0xff] + nonce + [0, 0x11, 0x60, 0, 0]
    bytes += [announced ?? UInt8(blocks.count)] + Little.bytes(UInt32(record.count))[..<3] + record
    bytes += [UInt8](repeating: 3, count: 32) + Little.bytes(UInt16(opaque.count)) + opaque
    return try bytes + device.key.sign(bytes)
  }

  func appraise(
    at time: Int64 = TestIssuer.now, with certificates: [X509Certificate]? = nil,
    _ change: (inout AppraisalPolicy) -> Void = { _ in }
  ) throws -> Appraisal {
    var policy = AppraisalPolicy()
    policy.roots[.nvidiaGPU] = [root.certificate]
    change(&policy)
    var collateral = Collateral()
    collateral.certificates = certificates ?? [device.certificate, middle.certificate, root.certificate]
    return Appraiser(policy: policy, collateral: collateral).appraise(try report(), kind: .nvidiaGPU, at: time)
  }
}

@Suite struct MintedNVIDIATests {
  @Test("Measurements under the policy's root pass; under the vendor's, a namesake's or another chain they fail")
  func root() throws {
    let minted = try MintedNVIDIA()
    let other = try MintedNVIDIA()
    #expect(try minted.appraise().isAccepted)
    #expect(try minted.appraise { $0.roots = [:] }[.chain] == .fail)
    #expect(try minted.appraise { $0.roots[.nvidiaGPU] = [other.root.certificate] }[.chain] == .fail)
    #expect(try minted.appraise(with: [other.device.certificate, other.middle.certificate])[.signature] == .fail)
    #expect(try minted.appraise(with: [minted.device.certificate])[.chain] == .fail)
    #expect(try minted.appraise(with: [])[.chain] == .notChecked)
    #expect(try minted.appraise(with: []).checks[1].detail == "the device's certificate was not handed in")
    #expect(try minted.appraise(at: TestIssuer.from - 1)[.validity] == .fail)
    #expect(try minted.appraise(at: TestIssuer.to + 1)[.validity] == .fail)
  }

  @Test("Another firmware, an issuer as signer, another nonce, other measurements")
  func content() throws {
    var minted = try MintedNVIDIA()
    minted.firmwareID[0] ^= 1
    #expect(try minted.appraise()[.identity] == .fail)
    minted = try MintedNVIDIA()
    minted.device = minted.middle
    #expect(try minted.appraise()[.identity] == .fail)
    minted = try MintedNVIDIA()
    #expect(try minted.appraise { $0.nonce = [UInt8](repeating: 0x5a, count: 32) }.isAccepted)
    #expect(try minted.appraise { $0.nonce = [UInt8](repeating: 0x5b, count: 32) }[.nonce] == .fail)
    #expect(try minted.appraise { $0.reportData = [1] }[.reportData] == .fail)
    let golden = String(repeating: "02", count: 48)
    #expect(try minted.appraise { $0.measurements = ["measurement2": [golden]] }.isAccepted)
    #expect(try minted.appraise { $0.measurements = ["measurement1": [golden]] }[.measurements] == .fail)
  }

  @Test("A record that claims more or fewer blocks, repeats an index or a field, or overruns is refused")
  func shape() throws {
    for announced: UInt8 in [0, 1, 3, 255] {
      var minted = try MintedNVIDIA()
      minted.announced = announced
      #expect(try minted.appraise()[.format] == .fail)
    }
    var minted = try MintedNVIDIA()
    minted.blocks[1].index = 1
    #expect(try minted.appraise()[.format] == .fail)
    minted = try MintedNVIDIA()
    minted.blockTail = [0]
    #expect(try minted.appraise()[.format] == .fail)
    for tail: [UInt8] in [[20, 0, 0, 0], [21, 0, 1, 0], [21], [21, 0, 255, 255, 1]] {
      minted = try MintedNVIDIA()
      minted.opaqueTail = tail
      #expect(try minted.appraise()[.format] == .fail)
    }
  }
}
