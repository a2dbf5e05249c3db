import Credit
import Cryptography
import MerkleLog
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import AttributionService

/// An attribution about a receipt that waits for it.
@Suite struct LaterTests {
  private static let index: UInt64 = 9

  /// A receipt that says that its attribution is pending, edited before it is signed.
  private static func receipt(
    _ number: Int, subject: String? = nil, subjectDigest: Digest32? = nil,
    edit: (inout ReceiptPredicate) -> Void = { _ in }
  ) throws -> [UInt8] {
    let id = Office.id(number)
    let execution = SHA256.hash(try Office.request(number).executionStatement)
    var predicate = ReceiptPredicate(
      receiptID: id, outcome: .answered, sequence: 1, request: SHA256.hash([3]),
      statements: .init(execution: execution, custody: nil, attribution: nil, verdict: nil),
      delivery: .body(SHA256.hash([4])), errorCode: nil, priceNano: 1_000_003, acceptedUnixMs: 1,
      isAttributionPending: true)
    edit(&predicate)
    return try Office.sign(
      .receipt, issuer: "https://example.org/orchestrator", subject: subject ?? id.description,
      subjectDigest ?? predicate.subjectDigest, predicate.json)
  }

  private static func request(_ number: Int, _ receipt: [UInt8]) throws -> AttributeRequest {
    var request = try Office.request(number)
    (request.receiptStatement, request.receiptIndex) = (receipt, index)
    return request
  }

  @Test func itIsSignedAboutTheReceiptAndPostedOnce() async throws {
    try await withOffice { office in
      let service = try await office.open()
      let receipt = try Self.receipt(1)
      let request = try Self.request(1, receipt)
      let answer = try await service.attribute(request)
      let signed = try SignedStatement(answer.attributionStatement)
      #expect(signed.statement.subjectDigest == SHA256.hash(receipt))
      #expect(try AttributionPredicate(signed.statement.predicate).priceNano == 1_000_003)
      #expect(try await service.attribute(request) == answer, "again, it says the same")
      #expect(try await office.open().attribute(request) == answer, "and after a restart")
      let early = try await refusal { try await service.attribute(Office.request(1)) }
      #expect(early?.code == .alreadyExists)
      let other = try Self.receipt(1) { $0.sequence = 2 }
      let second = try await refusal { try await service.attribute(Self.request(1, other)) }
      #expect(second?.code == .alreadyExists)
      let settlement = SettleRequest(
        receiptID: request.receiptID, receiptDigest: SHA256.hash(receipt).bytes, index: Self.index)
      #expect(try await service.settle(settlement).newlySettled)
      let audit = try await service.ledger.audit(.statements)
      #expect(audit.receipts == 1 && audit.settled == 1)
      // A receipt that was attributed early gets no later one.
      _ = try await service.attribute(Office.request(2))
      let late = try await refusal { try await service.attribute(Self.request(2, Self.receipt(2))) }
      #expect(late?.code == .alreadyExists)
    }
  }

  @Test func aReceiptThatDoesNotWaitForThisIsRefused() async throws {
    try await withOffice { office in
      let service = try await office.open()
      let receipts: [([UInt8], String)] = [
        ([1], "receipt_statement"), (try Self.receipt(2), "not \(Office.id(1))"),
        (try Self.receipt(1, subject: "someone"), "not \(Office.id(1))"),
        (try Office.request(1).executionStatement, "its kind"),
        (try Self.receipt(1) { $0.isAttributionPending = false }, "does not say"),
        (
          try Self.receipt(1) {
            $0.statements?.attribution = SHA256.hash([])
            $0.isAttributionPending = false
          }, "does not say"
        ),
        (try Self.receipt(1) { $0.statements?.execution = SHA256.hash([]) }, "another execution"),
        (try Self.receipt(1, subjectDigest: SHA256.hash([])), "another execution"),
        (try Self.receipt(1) { $0.priceNano += 1 }, "states a price"),
      ]
      for (receipt, why) in receipts {
        let error = try await refusal { try await service.attribute(Self.request(1, receipt)) }
        #expect(error?.code == .invalidArgument && error?.message.contains(why) == true, "\(why): \(error as Any)")
      }
      let alone = try await refusal { try await service.attribute(Self.request(1, [])) }
      #expect(alone?.code == .invalidArgument, "an index without its statement")
      #expect(try await service.ledger.audit(.statements).receipts == 0)
    }
  }

  @Test func whatWasRegisteredBehindTheReceiptChangesNobodysCredit() async throws {
    try await withOffice { office in
      office.policy = try AttributionPolicy(
        id: "documents/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .contextShapley)])
      let log = try TownLog()
      try log.add("ada", "eve")
      let mine = try log.commit("Paris.", as: "mine", by: "eve")
      log.fill(300)
      let service = try await office.open(following: log)
      await service.feed?.check()
      let documents = [
        WireDocumentSource(contributor: "ada", record: SHA256.hash(Array("Paris.".utf8)).bytes),
        WireDocumentSource(contributor: "bob", record: SHA256.hash(Array("Rain.".utf8)).bytes),
      ]
      let then = try await service.findOwners(FindOwnersRequest(documents: documents)).ownership
      let size = try #require(await service.feed?.head?.size)
      try log.reveal("Paris.", as: "mine", by: "eve", committed: mine)
      log.fill(300)
      // Not followed yet: the log is asked.
      let behind = FindOwnersRequest(documents: documents, logSize: size + 301)
      #expect(try await service.findOwners(behind).ownership != then)
      #expect(try await service.findOwners(FindOwnersRequest(documents: documents, logSize: size)).ownership == then)
      let beyond = try await refusal {
        try await service.findOwners(FindOwnersRequest(documents: documents, logSize: size + 302))
      }
      #expect(beyond?.code == .unavailable)

      var asked = try Self.request(1, [])
      asked.executionStatement = try Office.execution(Office.id(1)) { $0.parameters.documents = 2 }
      let execution = SHA256.hash(asked.executionStatement)
      asked.receiptStatement = try Self.receipt(1) { $0.statements?.execution = execution }
      asked.documents = documents
      func attributed(_ ownership: [UInt8], at index: UInt64) async throws -> AttributeResponse {
        var request = asked
        request.receiptIndex = index
        request.scores = try Opening(
          salt: [UInt8](repeating: 5, count: 32), data: DocumentScores.data(DocumentTests.values) + ownership
        ).blob
        return try await service.attribute(request)
      }
      let now = try await service.findOwners(FindOwnersRequest(documents: documents)).ownership
      let late = try await refusal { try await attributed(now, at: size) }
      #expect(late?.code == .invalidArgument && late?.message.contains("the receipt is entry \(size)") == true)
      let answer = try await attributed(then, at: size)
      let predicate = try AttributionPredicate(SignedStatement(answer.attributionStatement).statement.predicate)
      #expect(predicate.shares.map(\.contributor) == ["ada", "bob"] && predicate.scores?.registry?.size == size)
    }
  }
}
