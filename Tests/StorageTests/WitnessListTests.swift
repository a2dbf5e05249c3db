import Cryptography
import MerkleLog
import Testing

@testable import StorageService

@Suite struct WitnessListTests {
  private func vkey(_ number: Int) throws -> String { try WitnessNet.cosigner(number).verifierKey.description }

  @Test func `A list is a key and an address on each line`() throws {
    let text = "# ours\n\(try vkey(0)) https://w0.example/\n\n\(try vkey(1)) http://127.0.0.1:7380/prefix\n"
    let list = try WitnessList.parse(text, path: "f")
    #expect(list.map(\.url) == ["https://w0.example", "http://127.0.0.1:7380/prefix"])
    #expect(try list.map(\.key) == (0..<2).map { try WitnessNet.cosigner($0).verifierKey })
  }

  @Test func `A line that says something else is refused with its number`() throws {
    let (one, log) = (try vkey(0), try NoteSigner(name: "l", key: StorageFixture.key("l")).verifierKey.description)
    for (line, word) in [
      (one, "one space and a URL"), ("\(one)  https://w.example", "one space and a URL"),
      ("x https://w.example", "key"),
      ("\(log) https://w.example", "no witness's key"), ("\(one) ftp://w.example", "address"),
      ("\(one) https://", "address"), ("\(one) https:///x", "address"), ("\(one) https://u@w.example", "address"),
      ("\(one) https://w.example/?x", "address"),
      ("\(one) https://w.example\n\(one) https://v.example", "listed twice"),
    ] {
      let error = #expect(throws: WitnessList.Failure.self) { try WitnessList.parse("# 1\n\(line)\n", path: "f") }
      #expect(error?.why.contains(word) == true && error?.why.hasPrefix("line ") == true, "\(line)")
    }
    let many = (0...WitnessList.witnessesMax).map { "\((try? vkey($0)) ?? "") https://w\($0).example\n" }.joined()
    #expect(throws: WitnessList.Failure.self) { try WitnessList.parse(many, path: "f") }
  }

  @Test func `What a timestamping authority may not answer is no stamp`() async throws {
    struct Answering: OutboundTransport {
      let answer: OutboundAnswer
      func get(_ url: String) async throws -> OutboundAnswer { answer }
      func post(_ url: String, _ body: [UInt8], type: String) async throws -> OutboundAnswer { answer }
    }
    let authority = TimestampAuthority(url: "https://t.example", roots: [])
    for answer in [
      OutboundAnswer(status: 503, body: []), OutboundAnswer(status: 200, body: []),
      // TimeStampResp { status rejection }
      OutboundAnswer(status: 200, body: [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]),
    ] {
      await #expect(throws: (any Error).self) {
        try await authority.stamp(SHA256.hash([1]), through: Answering(answer: answer))
      }
    }
  }
}
