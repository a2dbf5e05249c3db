import Cryptography
import Testing

@testable import MerkleLog

@Suite struct AddCheckpointRequestTests {
  @Test func aRequestReadsBack() throws {
    for (old, new) in [(0, 1), (0, 40), (7, 7), (7, 9), (33, 40)] {
      let request = try WitnessRulesTests.request(old, new)
      #expect(try AddCheckpointRequest(parsing: request.encoded) == request)
    }
  }

  @Test func whatIsAcceptedHasOneSpelling() throws {
    let bytes = try WitnessRulesTests.request(7, 9).encoded
    for at in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[at] ^= 1 << UInt8(bit)
        guard let read = try? AddCheckpointRequest(parsing: damaged) else { continue }
        #expect(read.encoded == damaged)
      }
    }
  }

  @Test func malformedBodiesAreRefusedByName() throws {
    let text = String(decoding: try WitnessRulesTests.request(7, 9).encoded, as: UTF8.self)
    func refusal(_ text: String) -> String {
      let error = #expect(throws: WitnessRefusal.self) { try AddCheckpointRequest(parsing: Array(text.utf8)) }
      return error.map { "\($0)" } ?? ""
    }
    #expect(refusal("").contains("empty line"))
    #expect(refusal("old 7\n").contains("empty line"))
    for first in ["old 07", "old -7", "old", "old 7 ", "new 7", "Old 7", " old 7", "old 18446744073709551616"] {
      #expect(refusal(text.replacing("old 7\n", with: first + "\n")).contains("first line"), "\(first)")
    }
    #expect(refusal(text.replacing("old 7\n", with: "old 7\nAA==\n")).contains("line 1 of the proof"))
    let hash = Base64Line.encode(TreeHash.empty.bytes) + "\n"
    let long = text.replacing("old 7\n", with: "old 7\n" + String(repeating: hash, count: 64))
    #expect(refusal(long).contains("limit is 63"))
    #expect(refusal(String(text.dropLast())).contains("newline"))
    #expect(refusal(String(repeating: "x", count: AddCheckpointRequest.bytesMax + 1)).contains("limit is 65536"))
  }

  @Test func aSizeHasOneSpelling() {
    #expect(TreeSizeText.parse(Array(TreeSizeText.encode(0).utf8)) == 0)
    #expect(TreeSizeText.parse(Array(TreeSizeText.encode(.max).utf8)) == .max)
    for text in ["", "7", "07\n", "7\n\n", " 7\n", "+7\n", "18446744073709551616\n", "7\r\n"] {
      #expect(TreeSizeText.parse(Array(text.utf8)) == nil, "\(text)")
    }
  }
}
