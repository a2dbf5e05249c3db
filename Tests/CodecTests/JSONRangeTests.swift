import Codec
import TestKit
import Testing

@Suite struct JSONRangeTests {
  static let body =
    #" { "model":"m", "messages" : [ {"role":"user","content":"a]}"} ,{ "role" : "x" }, 5,"s" ] ,"n":1}"#

  func slices(_ name: String, _ text: String) throws -> [String] {
    let bytes = utf8(text)
    return try JSON.elementRanges(ofArrayNamed: name, in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test func elementsOfATopLevelArrayAreTheirExactBytes() throws {
    #expect(
      try slices("messages", Self.body) == [
        #"{"role":"user","content":"a]}"}"#, #"{ "role" : "x" }"#, "5", #""s""#,
      ])
    #expect(try slices("messages", #"{"messages":[]}"#) == [])
    #expect(try slices("m", #"{"x":{"m":[1]},"\u006d":[2]}"#) == ["2"])
  }

  @Test(arguments: [#"{"a":1}"#, #"{"messages":{}}"#, #"{"messages":null}"#, #"{"x":{"messages":[]}}"#])
  func anObjectWithoutThatArrayIsRefused(text: String) {
    #expect(throws: JSONError.noMember("messages", wanted: "an array")) { try slices("messages", text) }
  }

  @Test(arguments: [
    "[]", "5", "", #"{"messages":[1,]}"#, #"{"messages":[1]"#, #"{"messages":[1]} x"#,
    #"{"messages":[1],"messages":[2]}"#, #"{"messages":[{"a":1,"a":2}]}"#, #"{"messages":[1],"b":01}"#,
  ])
  func theWholeInputIsCheckedAsStrictlyAsByTheParser(text: String) {
    #expect(throws: JSONError.self) { try slices("messages", text) }
    #expect(throws: JSONError.self) { try JSON.memberRange(named: "messages", in: utf8(text)) }
  }

  @Test func aMembersValueIsItsExactBytes() throws {
    let bytes = utf8(Self.body)
    let range = try #require(try JSON.memberRange(named: "model", in: bytes))
    #expect(String(decoding: bytes[range], as: UTF8.self) == #""m""#)
    #expect(try JSON.memberRange(named: "nothing", in: bytes) == nil)
    #expect(try JSON.memberRange(named: "role", in: bytes) == nil)
  }

  @Test(arguments: [
    (#"{"a":1,"receipt":{"id":"x"}}"#, #"{"a":1}"#), (#"{"a":1 , "receipt" : 5 }"#, #"{"a":1  }"#),
    (#"{"a":"," , "receipt":5}"#, #"{"a":"," }"#), (#"{"a":[1 , 2],"b":{}, "receipt":5}"#, #"{"a":[1 , 2],"b":{}}"#),
    (" { \"receipt\":5 }", " { }"),
    (#" {"receipt":null}"#, #" {}"#), (#"{"a":{"receipt":1},"receipt":2}"#, #"{"a":{"receipt":1}}"#),
  ])
  func theLastMemberIsCutOut(text: String, rest: String) throws {
    #expect(try String(decoding: JSON.bytes(utf8(text), withoutLastMember: "receipt"), as: UTF8.self) == rest)
  }

  @Test(arguments: [#"{"receipt":1,"a":2}"#, "{}", #"{"a":{"receipt":1}}"#, "[]"])
  func aMemberThatIsNotTheLastIsNotCutOut(text: String) {
    #expect(throws: JSONError.self) { try JSON.bytes(utf8(text), withoutLastMember: "receipt") }
  }

  @Test func rangesAgreeWithTheParserOnRandomInput() throws {
    var random = SplitMix64(state: 7)
    for _ in 0..<5_000 {
      let bytes = random.mutate(utf8(Self.body))
      let parsed = try? JSON(parsing: bytes)
      let ranges = try? JSON.elementRanges(ofArrayNamed: "messages", in: bytes)
      if let ranges {
        let items = try ranges.map { try JSON(parsing: [UInt8](bytes[$0])) }
        #expect(parsed?["messages"] == .array(items))
      } else {
        #expect(parsed?["messages"]?.arrayValue == nil)
      }
    }
  }
}
