import Codec
import MerkleLog
import Testing

@testable import Receipts

@Suite struct TrustPolicyTests {
  /// The honest policy's text with one thing replaced; the replacement must have happened.
  private func read(_ from: String, _ to: String) throws -> TrustPolicy {
    let text = String(decoding: try JCS.encode(World.trust(witnesses: 1, quorum: 1).json), as: UTF8.self)
    let edited = text.replacing(from, with: to, maxReplacements: 1)
    #expect(!edited.utf8.elementsEqual(text.utf8), "\(from) is not in the policy")
    return try TrustPolicy(Array(edited.utf8))
  }

  @Test(arguments: [
    ("\"quorum\":1", "\"quorum\":2"), ("\"quorum\":1", "\"quorum\":\"1\""), ("\"alg\":\"EdDSA\"", "\"alg\":\"none\""),
    ("\"kid\":\"sha256:", "\"kid\":\"sha256:0"), ("\"kinds\":[\"execution\"]", "\"kinds\":[\"everything\"]"),
    ("\"from_index\":\"0\"", "\"from_index\":0"), ("\"from_index\":\"0\"", "\"from_index\":\"7\",\"to_index\":\"6\""),
    ("\"from_index\":\"0\"", "\"from_index\":\"0\",\"to_index\":null"), ("\"profiles\":[", "\"profiles\":[1,"),
    ("\"required\":[", "\"required\":[\"luck\","), ("\"required\":[", "\"required\":[\"re-execution\","),
    ("\"digests\":[", "\"digests\":[\"md5:0\","),
    ("\"origin\":", "\"trusted\":true,\"origin\":"), ("\"origin\":\"log.example/colophon\",", ""),
    ("witness0.example", "witness9.example"), ("\"receipt_log_key\":\"", "\"receipt_log_key\":\"AA"),
  ])
  func `a policy with a mistake is refused, not guessed at`(from: String, to: String) {
    #expect(throws: ReceiptError.self) { try read(from, to) }
  }

  @Test(arguments: [
    "{}", "{\"kinds\":[\"sgx\"]}", "{\"kinds\":[1]}", "{\"kinds\":[],\"roots\":[]}", "{\"kinds\":[],\"more\":1}",
    "{\"kinds\":[],\"roots\":{\"tdx\":[\"\"]}}", "{\"kinds\":[\"tdx\"],\"roots\":{\"tdx\":[]}}",
    "{\"kinds\":[\"tdx\"],\"roots\":{\"tdx\":[\"AAAA\"]}}",
    "{\"kinds\":[\"simulated\"],\"roots\":{\"simulated\":[\"AAAA\"]}}",
    "{\"kinds\":[\"tdx\"],\"roots\":{\"tdx\":[1]}}", "{\"kinds\":[\"tdx\"],\"measurements\":{\"tdx\":{}}}",
    "{\"kinds\":[\"tdx\"],\"measurements\":{\"tdx\":{\"mr_td\":[]}}}",
    "{\"kinds\":[\"tdx\"],\"measurements\":{\"tdx\":{\"mr_td\":[\"AB\"]}}}",
    "{\"kinds\":[\"tdx\"],\"measurements\":{\"nitro\":{\"pcr0\":[\"ab\"]}}}",
    "{\"kinds\":[\"tdx\"],\"roots\":{\"nitro\":[\"AAAA\"]}}",
  ])
  func `a policy about trusted hardware with a mistake is refused`(tee: String) {
    #expect(throws: ReceiptError.self) { try read("\"profiles\":", "\"tee\":\(tee),\"profiles\":") }
  }

  @Test func `the policy may be laid out for people, and says what evidence counts`() throws {
    let policy = try read(
      "\"profiles\":",
      "\n  \"tee\": {\"kinds\": [\"tdx\"], \"measurements\": {\"tdx\": {\"mr_td\": [\"ab\"]}}},\n  \"profiles\": ")
    #expect(policy.tee == TrustPolicy.TEE(kinds: [.tdx], measurements: [.tdx: ["mr_td": ["ab"]]]))
    var trust = try World.trust()
    trust.tee = policy.tee
    #expect(try World().report(trust).isAccepted)
  }

  @Test func `a key has its own thumbprint, and an interval may have one entry`() throws {
    #expect(
      try read("\"from_index\":\"0\"", "\"from_index\":\"7\",\"to_index\":\"7\"").issuers.contains { $0.toIndex == 7 })
    let json = try World.trust().json
    let issuer = try #require(json["issuers"]?[0])
    let other = try #require(json["issuers"]?[1]?["kid"])
    #expect(throws: ReceiptError.self) {
      try TrustPolicy(JCS.encode(json.with(["issuers"], [issuer.with(["kid"], other)])))
    }
  }

  @Test func `checks are required by name, and witnesses by number`() throws {
    var trust = try World.trust(witnesses: 3, quorum: 1)
    trust.required = [.content]
    try trust.require("tee,content,time")
    #expect(trust.required == [.content, .tee, .time] && trust.log.quorum == 1)
    try trust.require("witnesses=3")
    #expect(trust.required == [.content, .tee, .time, .witnesses] && trust.log.quorum == 3)
    #expect(trust.log.witnesses.count == 3)
    try trust.require("witnesses=2,witnesses")
    #expect(trust.required.count == 4 && trust.log.quorum == 3)
    for list in [
      "", "luck", "Tee", "tee,", "tee,,time", "tee=1", "witnesses=", "witnesses=0", "witnesses=-1", "witnesses=x",
      "witnesses=4", "witnesses=2=2", "tee time", "re-execution=2", "Re-execution", "re-executions", "re--execution",
      "re_execution", "-reexecution", "reexecution-", "in-clusion", "re-execution,wit-nesses", "time-", "-",
    ] {
      #expect(throws: ReceiptError.self, "\(list)") { try trust.require(list) }
    }
    var world = World()
    world.witnesses = 1
    var asked = try World.trust(witnesses: 2, quorum: 1)
    #expect(try world.report(asked).isAccepted)
    try asked.require("witnesses=2")
    #expect(try world.report(asked).unmet == [.witnesses])
  }

  @Test func `re-execution is another spelling of reexecution, and counts once`() throws {
    for lists in [["re-execution"], ["re-execution,reexecution"], ["reexecution", "re-execution,re-execution"]] {
      var trust = try World.trust()
      trust.required = [.content]
      for list in lists { try trust.require(list) }
      #expect(trust.required == [.content, .reexecution], "\(lists)")
    }
    var trust = try World.trust(witnesses: 2, quorum: 1)
    trust.required = []
    try trust.require("re-execution,witnesses=2")
    #expect(trust.required == [.reexecution, .witnesses] && trust.log.quorum == 2)
  }

  @Test func `a required check that is not offered is unmet`() throws {
    var trust = try World.trust()
    trust.required.append(.tee)
    let report = try World().report(trust)
    #expect(report.unmet == [.tee] && report.failed == [] && !report.isAccepted)
  }
}
