import Codec
import Credit
import Cryptography
import RPC
import Receipts
import ServiceKit
import Stores
import Testing
import Wire

@testable import AttributionService

@Suite struct PolicyTests {
  @Test func thePolicyStatementSaysWhatItIsAndIsTheSameAfterARestart() async throws {
    try await withOffice { office in
      let first = try await office.open(at: 1).signer.policyStatement
      #expect(first.statement.kind == .policy && first.statement.subject == AttributionPolicy.standard.id)
      #expect(try first.statement.subjectDigest == SHA256.hash(JCS.encode(AttributionPolicy.standard.json)))
      #expect(first.statement.predicate["id"]?.stringValue == "default/1")
      let second = try await office.open(at: 2).signer.policyStatement
      #expect(first == second)
    }
  }

  @Test func aPolicyFileDecidesTheShares() async throws {
    try await withOffice { office in
      let text = """
        {"id": "half/1", "roles": [
          {"role": "all", "basis_points": 5000, "method": "equal/1", "contributors": ["ada", "bob"]},
          {"role": "machines", "basis_points": 5000, "method": "operator/1"}]}
        """
      let policy = try Office.settings(["--policy", office.file(text)]).policy
      #expect(policy.id == "half/1")
      office.policy = policy
      let service = try await office.open()
      let answer = try await service.attribute(Office.request(1, price: 1_000))
      let credited = try AttributionPredicate(SignedStatement(answer.attributionStatement).statement.predicate)
      #expect(
        credited.shares == [
          Share(contributor: "ada", amountNano: 250), Share(contributor: "bob", amountNano: 250),
          Share(contributor: Office.operatorID, amountNano: 500),
        ])
    }
  }

  @Test func aReceiptKeepsThePolicyThatItWasAttributedUnder() async throws {
    try await withOffice { office in
      let request = try Office.request(1)
      let first = try await office.open().attribute(request)
      office.policy = try AttributionPolicy(
        id: "new/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .operator)])
      let service = try await office.open()
      #expect(try await service.attribute(request) == first)
      #expect(try await service.attribute(Office.request(2)).policyStatement == service.signer.policyStatement.bytes)
    }
  }

  @Test func aChangedPolicyThatKeepsItsIDStopsTheStart() async throws {
    try await withOffice { office in
      _ = try await office.open()
      office.policy = try AttributionPolicy(
        id: "default/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .operator)])
      let changed = office
      await #expect(throws: LedgerError.policyChanged(id: "default/1")) { try await changed.open() }
    }
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"id":"a","roles":[]}"#, #"{"id":"a","id":"a","roles":[]}"#,
    #"{"id":"a","roles":[{"role":"r","basis_points":9999,"method":"operator/1"}]}"#,
    #"{"id":"a","roles":[{"role":"r","basis_points":10000,"method":"magic/1"}]}"#,
  ])
  func aFileThatIsNoPolicyIsRefusedByTheNameOfTheSetting(_ text: String) async throws {
    try await withOffice { office in
      let path = try office.file(text)
      let error = try #require(throws: SettingsError.self) { try Office.settings(["--policy", path]) }
      #expect("\(error)".contains("'policy'") && "\(error)".contains(path))
    }
  }

  @Test func aPolicyFileThatCannotBeReadIsRefused() async throws {
    try await withOffice { office in
      let large = try office.file(String(repeating: " ", count: 1 << 20 + 1))
      for (path, why) in [(large, "limit"), (office.folder, "regular file"), ("\(office.folder)/none", "opened")] {
        let error = try #require(throws: SettingsError.self) { try Office.settings(["--policy", path]) }
        #expect("\(error)".contains(why), "\(error)")
      }
    }
  }

  @Test func theNextPolicySharesReceiptsFromItsDayOn() async throws {
    try await withOffice { office in
      let day: Int64 = 86_400
      office.nextPolicy = try AttributionPolicy(
        id: "next/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .operator)],
        effectiveFrom: UnixDay(number: 1))
      let service = try await office.open(at: day - 1)
      let next = try #require(service.nextSigner).policyStatement.bytes
      let first = service.signer.policyStatement.bytes
      // The time of the id counts, whatever the clock says.
      for (time, policy) in [(UInt64(day) * 1_000 - 1, first), (UInt64(day) * 1_000, next)] {
        let id = ReceiptID(unixMs: time, random: Array(1...10))
        let request = AttributeRequest(
          receiptID: id.description, executionStatement: try Office.execution(id),
          modelStatement: try Office.model(Office.manifest()), priceNano: 1_000)
        #expect(try await service.attribute(request).policyStatement == policy)
        #expect(try service.policy(GetPolicyRequest(receiptID: id.description)).policyStatement == policy)
      }
      #expect(try service.policy(GetPolicyRequest()).policyStatement == first)
      #expect(try await office.open(at: day).policy(GetPolicyRequest()).policyStatement == next)
      #expect(throws: RPCError.self) { try service.policy(GetPolicyRequest(receiptID: "none")) }
      // By itself it would share nothing until then.
      office.policy = try #require(office.nextPolicy)
      office.nextPolicy = nil
      let early = office
      let error = await #expect(throws: SettingsError.self) { try await early.open(at: day - 1) }
      #expect("\(try #require(error))".contains("--next-policy"))
      _ = try await office.open(at: day)
    }
  }

  @Test func aNextPolicyThatCannotFollowIsRefused() async throws {
    try await withOffice { office in
      let roles = #""roles":[{"role":"all","basis_points":10000,"method":"operator/1"}]"#
      let path = try office.file(#"{"id":"next/1","effective_from":"2030-01-01",\#(roles)}"#)
      #expect(try Office.settings(["--next-policy", path]).nextPolicy?.id == "next/1")
      for text in [#"{"id":"next/1",\#(roles)}"#, #"{"id":"default/1","effective_from":"2030-01-01",\#(roles)}"#] {
        let path = try office.file(text)
        let error = try #require(throws: SettingsError.self) { try Office.settings(["--next-policy", path]) }
        #expect("\(error)".contains("'next-policy'"), "\(error)")
      }
    }
  }

  @Test func theDefaultsAreTheStandardPolicyAndTheLocalOwner() throws {
    let settings = try Office.settings([])
    #expect(settings.policy == .standard && settings.owner == "local" && settings.audit == .postings)
    #expect(try Office.settings(["--owner", "acme", "--audit", "statements"]).audit == .statements)
    #expect(throws: SettingsError.self) { try Office.settings(["--owner", "two words"]) }
  }
}
