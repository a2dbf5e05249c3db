import Codec
import TestKit
import Testing

@Suite struct CBORFuzzTests {
  /// A random value, with map keys already in the order of the encoder.
  static func value(_ random: inout SplitMix64, depth: Int) throws -> CBOR {
    switch Int.random(in: 0..<(depth < 5 ? 11 : 8), using: &random) {
    case 0: return .unsigned(random.next() >> UInt64.random(in: 0..<64, using: &random))
    case 1: return .negative(random.next() >> UInt64.random(in: 0..<64, using: &random))
    case 2: return .bytes(random.bytes(Int.random(in: 0..<40, using: &random)))
    case 3:
      return .text(String(decoding: random.bytes(Int.random(in: 0..<20, using: &random)), as: UTF8.self))
    case 4: return .bool(Bool.random(using: &random))
    case 5: return .null
    case 6: return .simple(UInt8.random(in: 32...255, using: &random))
    case 7: return .simple([0, 19, 23].randomElement(using: &random) ?? 0)
    case 8:
      return .tag(random.next() >> UInt64.random(in: 0..<64, using: &random), try value(&random, depth: depth + 1))
    case 9:
      return .array(try (0..<Int.random(in: 0..<6, using: &random)).map { _ in try value(&random, depth: depth + 1) })
    default:
      var pairs: [(key: [UInt8], pair: CBORPair)] = []
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        let key = try value(&random, depth: depth + 1)
        let encoded = try key.encoded()
        if pairs.contains(where: { $0.key == encoded }) { continue }
        pairs.append((encoded, CBORPair(key, try value(&random, depth: depth + 1))))
      }
      pairs.sort { $0.key.lexicographicallyPrecedes($1.key) }
      return .map(pairs.map(\.pair))
    }
  }

  @Test func whatIsEncodedDecodesToItself() throws {
    var random = SplitMix64(state: 1)
    for _ in 0..<5_000 {
      let value = try Self.value(&random, depth: 0)
      let bytes = try value.encoded()
      #expect(try CBOR(decoding: bytes) == value)
      #expect(try CBOR(decoding: bytes, rules: .wellFormed) == value)
    }
  }

  @Test func whatIsAcceptedAsDeterministicReencodesToItself() throws {
    var random = SplitMix64(state: 2)
    var accepted = 0
    for _ in 0..<4_000 {
      let bytes = try Self.value(&random, depth: 0).encoded()
      for _ in 0..<8 {
        let mutated = random.mutate(bytes)
        if let value = try? CBOR(decoding: mutated) {
          accepted += 1
          #expect(try value.encoded() == mutated)
        }
        if let value = try? CBOR(decoding: mutated, rules: .wellFormed) {
          #expect(try value.encoded().count <= mutated.count)
        }
      }
    }
    #expect(accepted > 1_000)
  }

  @Test func randomBytesNeverCrashTheDecoder() {
    var random = SplitMix64(state: 3)
    for _ in 0..<30_000 {
      let bytes = random.bytes(Int.random(in: 0..<64, using: &random))
      if let value = try? CBOR(decoding: bytes) { #expect((try? value.encoded()) == bytes) }
      _ = try? COSESign1(decoding: [0xd2, 0x84] + bytes, rules: .wellFormed)
    }
  }
}
