import Codec
import Credit
import Cryptography
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import AttributionService

@Suite struct AttributeTests {
  @Test func theSharesRecomputeFromWhatIsSigned() async throws {
    try await withOffice { office in
      let service = try await office.open()
      for (number, price) in [0, 1, 2, 999, 1_000_003, LedgerRules.priceNanoMax / 64].enumerated() {
        let request = try Office.request(number, price: price)
        let answer = try await service.attribute(request)
        let signed = try SignedStatement(answer.attributionStatement)
        let policyStatement = try SignedStatement(answer.policyStatement)
        let key = try Office.key("attribution").publicKey
        #expect(signed.isSigned(by: key) && policyStatement.isSigned(by: key))
        #expect(signed.statement.kind == .attribution && signed.statement.issuer == Office.issuer)
        #expect(signed.statement.subject == request.receiptID)
        #expect(signed.statement.subjectDigest == SHA256.hash(request.executionStatement))

        let credited = try AttributionPredicate(signed.statement.predicate)
        let manifest = try Office.manifest()
        #expect(credited.receiptID == Office.id(number) && credited.priceNano == price)
        #expect(try credited.manifest == manifest.digest())
        #expect(credited.operatorID == Office.operatorID)
        #expect(credited.policy == policyStatement.digest)
        let rules = try AttributionPolicy(json: policyStatement.statement.predicate)
        let shares = try computeShares(
          policy: rules, lineage: manifest.lineage, operator: credited.operatorID, price: price)
        #expect(credited.shares == shares)
        #expect(credited.shares.reduce(0) { $0 + $1.amountNano } == price)
      }
    }
  }

  @Test func aRepeatGivesTheSameBytesAlsoAfterARestart() async throws {
    try await withOffice { office in
      let request = try Office.request(1)
      let first = try await office.open(at: 1).attribute(request)
      let restarted = try await office.open(at: 99)
      #expect(try await restarted.attribute(request) == first)
      let balance = try await restarted.balance(GetBalanceRequest(contributor: Office.operatorID))
      #expect(balance.pendingNano == 50_000 && balance.settledNano == 0)
      // Another receipt is signed at the later time, under the policy statement of the first start.
      let second = try await restarted.attribute(Office.request(2))
      #expect(try SignedStatement(second.attributionStatement).statement.issuedAt == 99)
      #expect(second.policyStatement == first.policyStatement)
    }
  }

  @Test func anotherInputForTheSameReceiptIsAConflict() async throws {
    try await withOffice { office in
      let service = try await office.open()
      let request = try Office.request(1)
      _ = try await service.attribute(request)
      var price = request
      price.priceNano += 1
      var execution = request
      execution.executionStatement = try Office.execution(Office.id(1)) { $0.completionTokens += 1 }
      var model = request
      model.modelStatement = try Office.sign(
        .model, issuer: "https://example.org/other", subject: "tiny", Office.manifest().digest(), Office.manifest().json
      )
      for (changed, what) in [(price, "price"), (execution, "execution statement"), (model, "model statement")] {
        let error = try #require(await refusal { try await service.attribute(changed) })
        #expect(error.code == .alreadyExists && error.message.contains(what))
      }
    }
  }

  @Test func statementsThatDoNotFitTogetherAreRefusedByName() async throws {
    try await withOffice { office in
      let service = try await office.open()
      let id = Office.id(1)
      let manifest = try Office.manifest()
      var other = manifest
      other.licence = "MIT"
      var renamed = manifest
      renamed.id = "small"
      var request = try Office.request(1)
      let sound = request
      let other1 = try Office.execution(Office.id(2))
      let executions: [([UInt8], String)] = [
        ([], "execution_statement"), ([0xd2, 0x84], "execution_statement"), (sound.modelStatement, "kind"),
        (other1, "not \(id)"), (Array(sound.executionStatement.dropLast()), "execution_statement"),
        ([UInt8](repeating: 0, count: SignedStatement.bytesMax + 1), "limit"),
        (try Office.execution(id, subject: "someone"), "about receipt"),
        (try Office.execution(id, subjectDigest: SHA256.hash([])), "content commitment"),
        (try Office.execution(id) { $0.receiptID = Office.id(2) }, "not \(id)"),
        (try Office.execution(id) { $0.manifest = SHA256.hash([]) }, "ran manifest"),
        (try Office.execution(id) { $0.profile = "opaque/1" }, "another model or profile"),
        (try Office.execution(id) { $0.model = "small" }, "another model or profile"),
        (try Office.execution(id, issuer: "two words"), "is no id"),
      ]
      for (bytes, why) in executions {
        request.executionStatement = bytes
        let error = try #require(await refusal { try await service.attribute(request) })
        #expect(error.code == .invalidArgument && error.message.contains(why), "\(error)")
      }
      request = sound
      let models: [([UInt8], String)] = [
        ([], "model_statement"), (sound.executionStatement, "kind"), (try Office.model(other), "ran manifest"),
        (try Office.model(renamed), "ran manifest"), (try Office.model(manifest, subject: "x"), "subject"),
        (try Office.model(manifest, digest: SHA256.hash([])), "subject"),
      ]
      for (bytes, why) in models {
        request.modelStatement = bytes
        let error = try #require(await refusal { try await service.attribute(request) })
        #expect(error.code == .invalidArgument && error.message.contains(why), "\(error)")
      }
      // Nothing of all that was posted: the sound request is new.
      #expect(try await service.attribute(sound).attributionStatement.isEmpty == false)
      #expect(try await service.ledger.audit(.statements).receipts == 1)
    }
  }

  @Test(arguments: ["", "1", "0199AAAA-0000-7102-8304-05060708090a", "receipt"])
  func aReceiptIDThatIsNoneIsRefused(_ text: String) async throws {
    try await withOffice { office in
      let service = try await office.open()
      var request = try Office.request(1)
      request.receiptID = text
      var settlement = Office.settlement(1)
      settlement.receiptID = text
      #expect(try await refusal { try await service.attribute(request) }?.code == .invalidArgument)
      #expect(try await refusal { try await service.settle(settlement) }?.code == .invalidArgument)
    }
  }

  @Test func aPriceAboveTheLimitIsRefusedWithTheLimit() async throws {
    try await withOffice { office in
      let service = try await office.open()
      for price in [LedgerRules.priceNanoMax + 1, .max] {
        let error = try #require(await refusal { try await service.attribute(Office.request(1, price: price)) })
        #expect(error.code == .invalidArgument && error.message.contains("\(LedgerRules.priceNanoMax)"))
      }
      // The payer's account holds two of the highest price, down to -2^63.
      for number in 1...2 { _ = try await service.attribute(Office.request(number, price: LedgerRules.priceNanoMax)) }
      let error = try #require(await refusal { try await service.attribute(Office.request(3, price: 1)) })
      #expect(error.code == .resourceExhausted)
    }
  }
}
