import Codec
import Cryptography
import Foundation
import TestKit
import Testing

/// Ten thousand attributions that Tests/Vectors/credit/methods.py computed from FORMAT section 7 in another way: as sums
/// instead of recursions, as fractions, over all spans of an output, with Python's standard library alone.
@Suite struct MethodVectorTests {
  @Test(arguments: GeneratedCases.methods.keys.sorted())
  func everyGeneratedAttributionAgrees(method: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Vectors/credit/methods.json"))
    let expected = try #require(JSON(parsing: Array(data))[method])
    let compute = try #require(GeneratedCases.methods[method])
    let count = try #require(expected["count"]?.intValue)
    var (lines, bytes): ([String], [UInt8]) = ([], [])
    for number in 0..<Int(count) {
      var draw = SplitMix64(state: UInt64(number))
      let line = try compute(number, &draw)
      bytes += Array(line.utf8) + [0x0a]
      if number < 20 { lines.append(line) }
    }
    #expect(count >= 200)
    #expect(lines == expected["first"]?.arrayValue?.compactMap(\.stringValue))
    #expect(SHA256.hash(bytes).hex == expected["sha256"]?.stringValue)
  }
}
