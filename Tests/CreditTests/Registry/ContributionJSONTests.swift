import Codec
import Cryptography
import Testing

@testable import Credit

/// One valid text of each type, and what each change to it must be refused for.
@Suite struct ContributionJSONTests {
  private static let key = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
  private static let one = "sha256:" + String(repeating: "1", count: 64)
  private static let two = "sha256:" + String(repeating: "2", count: 64)
  static let contributor = #"{"contributor":"ada","key":"\#(key)","name":"Ada","payout":"p","type":"contributor"}"#
  static let commitment = #"{"commitment":"\#(one)","type":"commitment"}"#
  static let asset =
    #"{"asset":{"contents":["\#(one)","\#(two)"],"id":"c","kind":"dataset","licence":"MIT","name":"C"},"#
    + #""commitment_index":"5","salt":"\#(String(repeating: "a", count: 64))","type":"asset"}"#

  @Test(arguments: [contributor, commitment, asset]) func eachTypeReadsBackFromItsCanonicalJSON(_ text: String) throws {
    let read = try Contribution(json: JCS.parse(Array(text.utf8)))
    #expect(try String(decoding: JCS.encode(read.json), as: UTF8.self) == text)
    let type = read.json["type"]?.stringValue ?? ""
    #expect(try read.subject() == "\(type)/\(SHA256.hash(Array(text.utf8)).hex)")
  }

  private static let long = String(repeating: "x", count: 257)

  @Test(arguments: [
    (contributor, #""name":"Ada""#, #""name":"Ada","x":1"#),
    (contributor, #""contributor":"ada""#, #""contributor":"a b""#),
    (contributor, #""contributor":"ada""#, #""contributor":"unattributed""#), (contributor, key, "AAAA"),
    (contributor, #""name":"Ada""#, #""name":"""#), (contributor, #""name":"Ada""#, #""name":"a\nb""#),
    (contributor, #""name":"Ada""#, #""name":"\#(long)""#), (contributor, #""payout":"p""#, #""payout":"""#),
    (contributor, #""payout":"p""#, #""payout":7"#), (contributor, #""type":"contributor""#, #""type":"person""#),
    (commitment, one, "sha256:1"), (commitment, #""type""#, #""x":1,"type""#), (commitment, "sha256:", "sha512:"),
    (asset, #""commitment_index":"5""#, #""commitment_index":5"#),
    (asset, #""commitment_index":"5""#, #""commitment_index":"05""#),
    (asset, "aaaa", "aaaA"), (asset, #""kind":"dataset""#, #""kind":"data""#), (asset, #""licence":"MIT","#, ""),
    (asset, #""licence":"MIT""#, #""licence":"""#), (asset, #""id":"c""#, #""id":"é""#),
    (asset, "\"\(one)\",\"\(two)\"", "\"\(two)\",\"\(one)\""),
    (asset, "\"\(one)\",\"\(two)\"", "\"\(one)\",\"\(one)\""),
    (asset, "\"\(one)\",\"\(two)\"", ""), (asset, #""name":"C""#, #""name":"C","owner":"x""#),
  ])
  func aChangedTextIsRefused(_ text: String, _ part: String, _ other: String) throws {
    let changed = text.replacing(part, with: other)
    #expect(changed != text)
    #expect(throws: CreditError.self) { try Contribution(json: JSON(parsing: Array(changed.utf8))) }
  }

  @Test func anAssetHasAtMost4096Contents() throws {
    let many = (0...4_096).map { SHA256.hash([UInt8($0 >> 8), UInt8($0 & 255)]) }
    #expect(throws: CreditError.tooMany(what: "contents of asset 'c'", count: 4_097, limit: 4_096)) {
      try Asset(id: "c", kind: .model, name: "C", licence: "MIT", contents: many)
    }
    #expect(
      try Asset(id: "c", kind: .model, name: "C", licence: "MIT", contents: Array(many.dropLast())).contents.count
        == 4_096)
  }
}
