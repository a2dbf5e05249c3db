import Codec
import Cryptography
import Testing

@testable import Evidence

/// One device of the NVIDIA vectors: the measurements that it signed, and its certificates in PEM.
struct NVIDIADevice: Sendable {
  let name: String
  let time: Int64
  var report, chain: [UInt8]

  /// The devices of a vector in JSON, or the one of measurements by themselves, whose chain is the vector's collateral.
  static func all(in vector: EvidenceVector) throws -> [NVIDIADevice] {
    guard vector.file.hasSuffix(".json") else {
      let chain = try EvidenceVector.read(try #require(vector.collateral.first))
      return [NVIDIADevice(name: vector.file, time: vector.time, report: try vector.bytes, chain: chain)]
    }
    let devices = try #require(try JSON(parsing: vector.bytes).arrayValue)
    return try devices.enumerated().map { index, device in
      NVIDIADevice(
        name: "\(vector.file)[\(index)]", time: vector.time,
        report: try Base64.decode(try #require(device["evidence"]?.stringValue)),
        chain: try Base64.decode(try #require(device["certificate"]?.stringValue)))
    }
  }

  var leaf: X509Certificate? { get throws { try X509Bundle(pem: chain).certificates.first } }

  func flipped(_ at: Int) -> NVIDIADevice {
    var changed = self
    changed.report = report.flipped(at)
    return changed
  }

  func with(chainOf other: NVIDIADevice) -> NVIDIADevice {
    var changed = self
    changed.chain = other.chain
    return changed
  }

  /// Without the nonce that a vector states beside the measurements: only the signature vouches for them.
  fileprivate var json: JSON {
    ["evidence": .string(Base64.encode(report)), "certificate": .string(Base64.encode(chain))]
  }
}

extension [NVIDIADevice] {
  /// Vectors repeat devices: each report once.
  var withoutRepeats: [NVIDIADevice] {
    var seen = Set<[UInt8]>()
    return filter { seen.insert($0.report).inserted }
  }

  /// All of them in one piece of evidence.
  func appraise() -> Appraisal {
    Appraiser().appraise(JSON.array(map(\.json)).serialized(), kind: .nvidiaGPU, at: self[0].time)
  }
}
