import Codec
import Credit
import Cryptography
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

  @Test func theDefaultsAreTheStandardPolicyAndTheLocalOwner() throws {
    let settings = try Office.settings([])
    #expect(settings.policy == .standard && settings.owner == "local" && settings.audit == .postings)
    #expect(try Office.settings(["--owner", "acme", "--audit", "statements"]).audit == .statements)
    #expect(throws: SettingsError.self) { try Office.settings(["--owner", "two words"]) }
  }
}
