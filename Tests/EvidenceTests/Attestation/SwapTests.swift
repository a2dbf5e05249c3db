import Codec
import Cryptography
import TestKit
import Testing

@testable import Evidence

/// Genuine certificates with genuine evidence of another device.
@Suite struct SwapTests {
  @Test("SEV-SNP: no report passes with another chip's certificate")
  func snp() throws {
    let vectors = EvidenceVector.snp.filter { $0.file.hasSuffix(".bin") && $0.failing.subtracting([.debug]).isEmpty }
    for report in vectors where !report.collateral.isEmpty {
      for other in vectors where !other.collateral.isEmpty && other.file != report.file {
        var swapped = other
        swapped.collateral += report.collateral.filter { $0.hasSuffix(".pem") && !other.collateral.contains($0) }
        let appraisal = try swapped.appraiser().appraise(report.bytes, kind: .sevSNP, at: report.time)
        #expect(appraisal[.signature] == .fail && !appraisal.isAccepted, "\(report.file) with \(other.file)")
      }
    }
  }

  @Test("NVIDIA: no measurements pass with another device's chain")
  func nvidia() throws {
    let vectors = EvidenceVector.nvidia.filter { $0.file.hasSuffix(".txt") && $0.failing.isEmpty }
    for report in vectors {
      for other in vectors where try Self.leaf(other) != Self.leaf(report) {
        let appraisal = try other.appraiser().appraise(report.bytes, kind: .nvidiaGPU, at: report.time)
        #expect(appraisal[.signature] == .fail && !appraisal.isAccepted, "\(report.file) with \(other.file)")
      }
    }
  }

  private static func leaf(_ vector: EvidenceVector) throws -> X509Certificate? {
    try vector.appraiser().collateral.certificates.first
  }

  @Test("NVIDIA in JSON: no device's measurements pass with the chain of another, of any vector")
  func nvidiaJSON() throws {
    let vectors = EvidenceVector.nvidia.filter(\.failing.isEmpty)
    let devices = try vectors.flatMap(NVIDIADevice.all).withoutRepeats
    let leaves = try devices.map { try $0.leaf }
    // With each other one in a long run.
    let steps = TestSize.pick([1, 4, 9], long: Array(1..<devices.count))
    for (index, device) in devices.enumerated() {
      for next in steps.map({ (index + $0) % devices.count }) where leaves[next] != leaves[index] {
        let appraisal = [device.with(chainOf: devices[next])].appraise()
        #expect(
          appraisal[.chain] == .pass && appraisal[.signature] == .fail && !appraisal.isAccepted,
          "\(device.name) with \(devices[next].name)")
      }
    }
  }

  @Test("NVIDIA in JSON: one device with its neighbour's chain spoils all of them")
  func nvidiaList() throws {
    for vector in EvidenceVector.nvidia where vector.file.hasSuffix(".json") {
      let devices = try NVIDIADevice.all(in: vector)
      for (index, device) in devices.enumerated() {
        var swapped = devices
        swapped[index] = device.with(chainOf: devices[(index + 1) % devices.count])
        guard try swapped[index].leaf != device.leaf else { continue }
        let appraisal = swapped.appraise()
        #expect(appraisal[.chain] == .pass && appraisal[.signature] == .fail, "\(device.name)")
        #expect(!appraisal.isAccepted, "\(device.name)")
      }
    }
  }

  @Test("TDX and SGX: no quote passes with another platform's chain")
  func dcap() throws {
    let vectors = (EvidenceVector.tdx + EvidenceVector.sgx + EvidenceVector.vTPMQuotes)
      .filter { $0.root == nil && !$0.failing.contains(.chain) }
    for vector in vectors {
      let bytes = try vector.bytes
      let quote = try Quote(bytes)
      for other in vectors where other.kind == vector.kind {
        let theirs = try Quote(other.bytes).certificationData
        guard let swapped = try quote.with(chain: theirs, in: bytes) else { continue }
        let appraisal = try vector.appraiser().appraise(swapped, kind: vector.kind, at: vector.time)
        #expect(appraisal[.chain] == .pass, "\(vector.file) with the chain of \(other.file)")
        // Two quotes of one platform have the same key.
        guard try Self.key(theirs) != Self.key(quote.certificationData) else { continue }
        #expect(appraisal[.quotingEnclave] == .fail && !appraisal.isAccepted, "\(vector.file) with \(other.file)")
      }
    }
  }

  private static func key(_ chain: [UInt8]) throws -> X509PublicKey? {
    try X509Bundle(chain).certificates.first?.publicKey
  }

  @Test("Nitro: no document passes with another enclave's certificates")
  func nitro() throws {
    let vectors = EvidenceVector.nitro.filter { $0.failing.isEmpty }
    for vector in vectors {
      for other in vectors where other.file != vector.file {
        let message = try CBOR(decoding: vector.bytes, rules: .anyLength)
        let parts = try #require(message.arrayValue)
        let theirs = try NitroDocument(other.bytes)
        let payload = try CBOR(decoding: try #require(parts[2].bytesValue), rules: .anyLength)
        let pairs = try #require(payload.mapValue).map { pair in
          switch pair.key {
          case "certificate": CBORPair(pair.key, .bytes(theirs.certificate))
          case "cabundle": CBORPair(pair.key, .array(theirs.bundle.map(CBOR.bytes)))
          default: pair
          }
        }
        let swapped = CBOR.array([parts[0], parts[1], .bytes(try CBOR.map(pairs).encoded()), parts[3]])
        let appraisal = try vector.appraiser().appraise(swapped.encoded(), kind: .nitro, at: other.time)
        #expect(appraisal[.chain] == .pass && appraisal[.signature] == .fail, "\(vector.file) with \(other.file)")
      }
    }
  }
}
