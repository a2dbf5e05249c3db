import Credit
import Cryptography
import RPC
import Receipts
import Testing
import Wire

@testable import AttributionService

/// What documents in a prompt are credited.
@Suite struct DocumentTests {
  static let values: [Int64] = [-400_000, -100_000, -300_000, -50_000]

  private static func request(_ number: Int, shown: Int = 2, values: [Int64]? = values) throws -> AttributeRequest {
    let id = Office.id(number)
    var request = try Office.request(number)
    request.executionStatement = try Office.execution(id) { $0.parameters.documents = shown }
    guard let values else { return request }
    request.documents = [WireDocumentSource(contributor: "ada", asset: "book"), WireDocumentSource(contributor: "bob")]
    request.scores = try Opening(salt: [UInt8](repeating: 5, count: 32), data: DocumentScores.data(values)).blob
    return request
  }

  private func office(_ work: (AttributionService) async throws -> Void) async throws {
    try await withOffice { office in
      office.policy = try AttributionPolicy(
        id: "documents/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .contextShapley)])
      try await work(office.open())
    }
  }

  @Test func scoresAreSignedWithTheSharesThatFollow() async throws {
    try await office { service in
      let answer = try await service.attribute(Self.request(1))
      let predicate = try AttributionPredicate(SignedStatement(answer.attributionStatement).statement.predicate)
      #expect(
        predicate.shares == [
          Share(contributor: "ada", amountNano: 785_717), Share(contributor: "bob", amountNano: 214_286),
        ])
      #expect(predicate.scores?.documents == 2)
      #expect(try await service.attribute(Self.request(1)) == answer, "again, it says the same")
      let other = try await refusal { try await service.attribute(Self.request(1, values: Self.values.reversed())) }
      #expect(other?.code == .invalidArgument || other?.code == .alreadyExists)
      let without = try await refusal { try await service.attribute(Self.request(1, values: nil)) }
      #expect(without?.code == .alreadyExists)
      let page = try await service.credits(ListCreditsRequest(contributor: "bob")).credits
      #expect(page.map(\.amountNano) == [214_286] && page[0].logIndex == nil)
      #expect(page[0].attributionStatement == answer.attributionStatement)
      _ = try await service.settle(Office.settlement(1))
      #expect(try await service.credits(ListCreditsRequest(contributor: "bob")).credits[0].logIndex == 1)
      let behind = ListCreditsRequest(contributor: "bob", afterEntry: page[0].entry)
      #expect(try await service.credits(behind).credits.isEmpty)
      #expect(try await refusal { try await service.credits(ListCreditsRequest()) }?.code == .invalidArgument)
    }
  }

  @Test func whatIsNotScoredIsUnattributed() async throws {
    try await office { service in
      for (number, shown) in [(1, 2), (2, 0)] {
        let answer = try await service.attribute(Self.request(number, shown: shown, values: nil))
        let predicate = try AttributionPredicate(SignedStatement(answer.attributionStatement).statement.predicate)
        #expect(predicate.scores == nil)
        #expect(predicate.shares == [Share(contributor: CreditID.unattributed, amountNano: 1_000_003)])
      }
    }
  }

  @Test func scoresOfOtherDocumentsAreRefused() async throws {
    try await office { service in
      func refused(_ edit: (inout AttributeRequest) -> Void) async throws -> RPCCode? {
        var request = try Self.request(1)
        edit(&request)
        let changed = request
        return try await refusal { try await service.attribute(changed) }?.code
      }
      #expect(try await refused { $0.documents.removeLast() } == .invalidArgument)
      #expect(try await refused { $0.documents = [] } == .invalidArgument)
      #expect(try await refused { $0.scores = [] } == .invalidArgument)
      #expect(try await refused { $0.scores.removeLast() } == .invalidArgument)
      #expect(try await refused { $0.documents[0].contributor = "" } == .invalidArgument)
      #expect(try await refused { $0.documents[0].asset = "a b" } == .invalidArgument)
      let fewer = try Self.request(1, shown: 3)
      #expect(try await refusal { try await service.attribute(fewer) }?.code == .invalidArgument)
      #expect(try await service.attribute(Self.request(1)).attributionStatement.isEmpty == false)
    }
  }
}
