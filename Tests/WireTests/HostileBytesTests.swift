import TestKit
import Testing
import Wire

@Suite struct HostileBytesTests {
  /// What is accepted must be a fixed point: its own bytes decode to the same bytes.
  private func probe(_ bytes: [UInt8], as sample: Sample) throws -> Bool {
    guard let understood = try? sample.recode(bytes) else { return false }
    #expect(try sample.recode(understood) == understood, "\(sample.testDescription): \(bytes)")
    return true
  }

  @Test(arguments: [0xC010_9401, 0xC010_9402] as [UInt64])
  func mutatedMessagesNeverCrash(_ seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var accepted = 0
    for turn in 0..<20_000 {
      let sample = samples[turn % samples.count]
      var bytes = sample.bytes
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where !bytes.isEmpty: bytes[at] = .random(in: 0...255, using: &random)
        case 1 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2 where !bytes.isEmpty: bytes.remove(at: at)
        case 3: bytes.insert(.random(in: 0...255, using: &random), at: at)
        default: bytes.insert(contentsOf: bytes[at...].prefix(Int.random(in: 0...16, using: &random)), at: at)
        }
      }
      if try probe(bytes, as: sample) { accepted += 1 }
    }
    #expect(accepted > 0 && accepted < 20_000)
  }

  @Test func randomBytesNeverCrash() throws {
    var random = SplitMix64(state: 0xC010_9403)
    for turn in 0..<20_000 {
      let count = Int.random(in: 0...64, using: &random)
      // Small bytes are likelier to be keys and lengths that fit.
      let top: UInt8 = turn % 2 == 0 ? 255 : 48
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...top, using: &random) }
      _ = try probe(bytes, as: samples[turn % samples.count])
    }
  }

  @Test func aMessageReadAsAnotherNeverCrashes() throws {
    for bytes in samples.map(\.bytes) {
      for sample in samples { _ = try probe(bytes, as: sample) }
    }
  }
}
