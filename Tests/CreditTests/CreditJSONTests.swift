import Codec
import Credit
import Testing

private let methods =
  "one of lineage/1, equal/1, fixed/1, operator/1, metered/1, knn-shapley/1, tknn-shapley/1, span/1, context-shapley/1, "
  + "feedback/1"

/// One valid text, and what each change to it must be refused for.
@Suite struct CreditJSONTests {
  static let lineage = #"""
    {"root":"m","nodes":[{"id":"m","kind":"model","name":"M","contributor":"a","claim":"declared","retained_bp":9000,
    "parents":[{"id":"d","basis_points":1000}]},{"id":"d","kind":"dataset","name":"D","contributor":"b",
    "claim":"confirmed","retained_bp":10000,"parents":[]}]}
    """#
  static let policy = #"""
    {"id":"p","roles":[{"role":"e","basis_points":4000,"method":"equal/1","contributors":["x"]},{"role":"f",
    "basis_points":6000,"method":"fixed/1","parts":[{"contributor":"y","basis_points":10000}]}]}
    """#
  static let shares =
    #"[{"amount_nano":"5","contributor":"a"},{"amount_nano":"18446744073709551615","contributor":"b"}]"#

  @Test func theTextsThemselvesAreRead() throws {
    #expect(try Lineage(json: json(Self.lineage)).nodes.map(\.claim) == [.declared, .confirmed])
    #expect(try AttributionPolicy(json: json(Self.policy)).roles.map(\.method.name) == ["equal/1", "fixed/1"])
    #expect(try Share.list(json: json(Self.shares)) == [share("a", 5), share("b", .max)])
    #expect(try Share.list(json: Share.json([share("a", 5)])) == [share("a", 5)])
  }

  @Test(arguments: [
    (#""root":"m""#, #""root":7"#, CreditError.json(path: "lineage.root", wanted: "a string")),
    (#""root":"m","#, "", .json(path: "lineage.root", wanted: "a string")),
    (#""root":"m""#, #""root":"m","extra":1"#, .unknownMember(path: "lineage", "extra")),
    (
      #""retained_bp":9000"#, #""retained_bp":"9000""#,
      .json(path: "lineage.nodes[0].retained_bp", wanted: "an integer")
    ),
    (#""retained_bp":9000"#, #""retained_bp":9e3"#, .json(path: "lineage.nodes[0].retained_bp", wanted: "an integer")),
    (#""retained_bp":9000"#, #""retained_bp":-0"#, .json(path: "lineage.nodes[0].retained_bp", wanted: "an integer")),
    (#""retained_bp":9000"#, #""retained_bp":9001"#, .basisPointsSum(of: "asset 'm'", 10_001)),
    (#""basis_points":1000"#, #""basis_points":1000,"x":0"#, .unknownMember(path: "lineage.nodes[0].parents[0]", "x")),
    (
      #""kind":"dataset""#, #""kind":"Dataset""#,
      .json(
        path: "lineage.nodes[1].kind", wanted: "one of model, adapter, dataset, documents, code, machine, operator")
    ),
    (
      #""claim":"confirmed""#, #""claim":"proven""#,
      .json(
        path: "lineage.nodes[1].claim", wanted: "one of declared, confirmed")
    ),
    (#""parents":[]"#, #""parents":{}"#, .json(path: "lineage.nodes[1].parents", wanted: "an array")),
    (#""parents":[]"#, #""other":[]"#, .unknownMember(path: "lineage.nodes[1]", "other")),
    (#","parents":[]"#, "", .json(path: "lineage.nodes[1].parents", wanted: "an array")),
    (#""contributor":"b""#, #""contributor":"b\u00e9""#, .invalidID(what: "contributor", "b\u{e9}")),
    (#""id":"d","kind""#, #""id":"e","kind""#, .unknownAsset("d", in: "asset 'm'")),
  ])
  func aChangedLineageIsRefusedByName(old: String, new: String, error: CreditError) throws {
    let changed = try replace(old, new, in: Self.lineage.filter { $0 != "\n" })
    #expect(throws: error) { try Lineage(json: json(changed)) }
  }

  @Test(arguments: [
    (#""id":"p""#, #""id":"""#, CreditError.invalidID(what: "policy", "")),
    (
      #""method":"equal/1""#, #""method":"equal/2""#,
      .json(
        path: "policy.roles[0].method", wanted: methods)
    ),
    (#""method":"equal/1""#, #""method":"span/1""#, .unknownMember(path: "policy.roles[0]", "contributors")),
    (#""method":"equal/1""#, #""method":"lineage/1""#, .unknownMember(path: "policy.roles[0]", "contributors")),
    (#""method":"equal/1""#, #""method":"fixed/1""#, .unknownMember(path: "policy.roles[0]", "contributors")),
    (#""method":"fixed/1""#, #""method":"operator/1""#, .unknownMember(path: "policy.roles[1]", "parts")),
    (#","contributors":["x"]"#, "", .json(path: "policy.roles[0].contributors", wanted: "an array")),
    (#"["x"]"#, "[1]", .json(path: "policy.roles[0].contributors[0]", wanted: "a string")),
    (#"["x"]"#, #"["x","x"]"#, .duplicate(what: "contributor", "x")),
    (#""basis_points":10000"#, #""basis_points":9000"#, .basisPointsSum(of: "role 'f'", 9_000)),
    (#""contributor":"y","#, "", .json(path: "policy.roles[1].parts[0].contributor", wanted: "a string")),
  ])
  func aChangedPolicyIsRefusedByName(old: String, new: String, error: CreditError) throws {
    let changed = try replace(old, new, in: Self.policy.filter { $0 != "\n" })
    #expect(throws: error) { try AttributionPolicy(json: json(changed)) }
  }

  @Test(arguments: [
    (
      #""5""#, "5",
      CreditError.json(
        path: "shares[0].amount_nano", wanted: "a decimal string of an integer below 2^64")
    ),
    (#""5""#, #""05""#, .json(path: "shares[0].amount_nano", wanted: "a decimal string of an integer below 2^64")),
    (
      "18446744073709551615", "18446744073709551616",
      .json(
        path: "shares[1].amount_nano", wanted: "a decimal string of an integer below 2^64")
    ),
    (#""b""#, #""a""#, .duplicate(what: "contributor", "a")),
    (#"{"amount_nano":"5","contributor":"a"}"#, "7", .json(path: "shares[0]", wanted: "an object")),
  ])
  func changedSharesAreRefusedByName(old: String, new: String, error: CreditError) throws {
    let changed = try replace(old, new, in: Self.shares)
    #expect(throws: error) { try Share.list(json: json(changed)) }
  }

  @Test func whatIsNoObjectOrArrayIsRefused() {
    #expect(throws: CreditError.json(path: "lineage", wanted: "an object")) { try Lineage(json: .array([])) }
    #expect(throws: CreditError.json(path: "policy", wanted: "an object")) { try AttributionPolicy(json: .null) }
    #expect(throws: CreditError.json(path: "shares", wanted: "an array")) { try Share.list(json: .object([])) }
    #expect(throws: CreditError.json(path: "share", wanted: "an object")) { try Share(json: "a") }
  }

  @Test func aMemberGivenTwiceIsRefusedEvenInAValueThatWasNeverText() {
    let twice = JSON.object(
      ["contributor", "amount_nano", "contributor"].map { JSONMember($0, .string("1")) })
    #expect(throws: CreditError.unknownMember(path: "share", "contributor")) { try Share(json: twice) }
  }

  @Test func longListsAreRefusedBeforeTheirItemsAreRead() {
    let nodes = JSON.array(Array(repeating: .null, count: 4_097))
    #expect(throws: CreditError.tooMany(what: "items of lineage.nodes", count: 4_097, limit: 4_096)) {
      try Lineage(json: .object([JSONMember("root", "m"), JSONMember("nodes", nodes)]))
    }
    #expect(throws: CreditError.tooMany(what: "items of policy.roles", count: 4_097, limit: 16)) {
      try AttributionPolicy(json: .object([JSONMember("id", "m"), JSONMember("roles", nodes)]))
    }
  }

  @Test func errorsNameTheValueAndNeverBreakALine() {
    let error = CreditError.invalidID(what: "contributor", "a\nb" + String(repeating: "c", count: 500))
    #expect(error.description.hasPrefix("contributor 'a\u{fffd}bccc"))
    #expect(error.description.utf8.count < 250)
    #expect(!error.description.contains("\n"))
  }

  private func json(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

  private func replace(_ old: String, _ new: String, in text: String) throws -> String {
    let range = try #require(text.firstRange(of: old))
    return text.replacingCharacters(in: range, with: new)
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
    String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
  }
}
