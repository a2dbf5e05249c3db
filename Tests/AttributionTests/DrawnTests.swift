import Credit
import Cryptography
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import AttributionService

/// Scores that are drawn are signed only for a receipt that was there before its seed was shown.
@Suite struct DrawnTests {
  private static let index: UInt64 = 9
  private static let documents = 13
  private static let seed = SHA256.hash([5]).bytes

  private static func reveal(last: UInt64 = index, seed: [UInt8] = seed) throws -> [UInt8] {
    let predicate = RevealPredicate(number: 0, draw: SHA256.hash([6]), last: last, seed: seed, checkpoint: "c")
    return try Office.sign(
      .reveal, issuer: "https://example.org/verification", subject: predicate.subject, predicate.digest(),
      predicate.json)
  }

  /// - Parameters:
  ///   - tokens: that the sample says the answer has; it has 2.
  ///   - isLate: whether the receipt waits for its attribution.
  private static func request(
    permutations: Int = 3, tokens: Int = 2, isLate: Bool = true, reveal: [UInt8]? = nil
  ) throws -> AttributeRequest {
    var request = try Office.request(1)
    request.executionStatement = try Office.execution(Office.id(1)) { $0.parameters.documents = documents }
    let receipt = ReceiptPredicate(
      receiptID: Office.id(1), outcome: .answered, sequence: 1, request: SHA256.hash([3]),
      statements: .init(
        execution: SHA256.hash(request.executionStatement), custody: nil, attribution: nil, verdict: nil),
      delivery: .body(SHA256.hash([4])), errorCode: nil, priceNano: 1_000_003, acceptedUnixMs: 1,
      isAttributionPending: true)
    let signed = try Office.sign(
      .receipt, issuer: "https://example.org/orchestrator", subject: Office.id(1).description, receipt.subjectDigest,
      receipt.json)
    if isLate { (request.receiptStatement, request.receiptIndex) = (signed, index) }
    let shown = try reveal ?? Self.reveal()
    let sample = ScoreSample(
      revealed: seed, reveal: SHA256.hash(shown), receipt: SHA256.hash(signed), permutations: permutations,
      documents: documents, answerTokens: tokens)
    let values = try sample.drawn(documents: documents).coalitions.map { set in
      set.documents.reduce(Int64(-8_000)) { $0 + Int64($1 * 10) }
    }
    request.revealStatement = shown
    request.scores = try Opening(
      salt: [UInt8](repeating: 5, count: 32), data: DocumentScores.data(values, of: sample)
    ).blob
    request.documents = (0..<documents).map { WireDocumentSource(contributor: "c\($0)") }
    return request
  }

  private func office(_ work: (AttributionService) async throws -> Void) async throws {
    try await withOffice { office in
      office.policy = try AttributionPolicy(
        id: "drawn/1",
        roles: [
          PolicyRole(
            role: "all", basisPoints: 10_000, method: .contextShapleyBy(ContextParameters(permutations: 3)))
        ])
      try await work(office.open())
    }
  }

  @Test func theyAreSignedWithTheirBoundAboutTheReceipt() async throws {
    try await office { service in
      let answer = try await service.attribute(Self.request())
      let predicate = try AttributionPredicate(SignedStatement(answer.attributionStatement).statement.predicate)
      let stated = try #require(predicate.scores?.approximate)
      // ceil(sqrt(57 * (2 * 2^22)^2 / 3)): 57 / 3 * 2^46.
      #expect(stated == Approximation(permutations: 3, error: 36_565_095, reveal: SHA256.hash(try Self.reveal())))
      // Without interaction each document has its own part, however it is drawn.
      #expect(predicate.shares.map(\.contributor) == (1..<13).map { "c\($0)" }.sorted())
      #expect(try await service.attribute(Self.request()) == answer, "again, it says the same")
    }
  }

  @Test func whatIsDrawnOtherwiseIsRefused() async throws {
    try await office { service in
      func refused(_ edit: (inout AttributeRequest) throws -> Void = { _ in }, _ request: AttributeRequest) async throws
        -> RPCError?
      {
        var request = request
        try edit(&request)
        let changed = request
        return try await refusal { try await service.attribute(changed) }
      }
      let other = try Self.reveal(seed: SHA256.hash([7]).bytes)
      let requests: [(AttributeRequest, String)] = [
        (try Self.request(permutations: 2), "policy (3 permutations)"),
        (try Self.request(tokens: 3), "drawn otherwise"),
        (try Self.request(isLate: false), "attributed later"),
        (try Self.request(reveal: Self.reveal(last: 8)), "ends with entry 8"),
        (try Self.request(reveal: other), "drawn otherwise"),
      ]
      for (request, why) in requests {
        let error = try await refused({ _ in }, request)
        #expect(error?.code == .invalidArgument && error?.message.contains(why) == true, "\(why): \(error as Any)")
      }
      let honest = try Self.request()
      for bytes in [[], [1], honest.receiptStatement] as [[UInt8]] {
        let error = try await refused({ $0.revealStatement = bytes }, honest)
        #expect(error?.code == .invalidArgument && error?.message.contains("reveal_statement") == true)
      }
      let swapped = try await refused({ $0.revealStatement = other }, honest)
      #expect(swapped?.code == .invalidArgument)
      var exact = try Office.request(2)
      exact.executionStatement = try Office.execution(Office.id(2)) { $0.parameters.documents = 2 }
      exact.documents = [WireDocumentSource(contributor: "ada"), WireDocumentSource(contributor: "bob")]
      exact.scores = try Opening(
        salt: [UInt8](repeating: 5, count: 32), data: DocumentScores.data(DocumentTests.values)
      ).blob
      exact.revealStatement = try Self.reveal()
      let beside = try await refused({ _ in }, exact)
      #expect(beside?.code == .invalidArgument && beside?.message.contains("not drawn") == true)
      #expect(try await service.ledger.audit(.statements).receipts == 0)
    }
  }
}
