import Codec
import Credit
import Cryptography
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import AttributionService

/// Payouts, disputes and adjustments through the service's calls.
@Suite struct ActCallTests {
  private static let evidence = SHA256.hash([1]).bytes
  private static let wallet = "https://wallet.example/inference"

  /// A day whose receipts `Office` makes: their ids are of 1970-01-01.
  private static func order(_ id: String, day: UInt64 = 0) -> PayOutRequest {
    PayOutRequest(payoutID: id, day: day, format: "open-payments", asset: "EUR", scale: 9, from: "$payer.example")
  }

  /// The operator registers where its money goes.
  private func register(_ service: AttributionService) async throws {
    let key = try SigningKey(seed: SHA256.hash(Array("contributor".utf8)).bytes)
    let contributor = try Contributor(id: Office.operatorID, key: key.publicKey, name: "Op", payout: Self.wallet)
    let contribution = Contribution.contributor(contributor)
    let signed = try SignedStatement(
      signing: Statement(
        kind: .contribution, issuer: contributor.issuer, subject: contribution.subject(),
        subjectDigest: contribution.digest(), issuedAt: 1, predicate: contribution.json),
      with: key)
    _ = try await service.follow(
      FollowLogRequest(start: 0, end: 1, contributions: [LoggedContribution(index: 0, statement: signed.bytes)]))
  }

  /// A service with one receipt in the log, of which the operator has 50,000.
  private func settled(_ office: inout Office, escrow days: Int = 0, minimum: UInt64 = 0) async throws
    -> AttributionService
  {
    office.policy = try AttributionPolicy(
      id: "p", roles: AttributionPolicy.standard.roles, escrowDays: days, minimumPayoutNano: minimum)
    let service = try await office.open()
    _ = try await service.attribute(Office.request(1))
    _ = try await service.settle(Office.settlement(1))
    return service
  }

  @Test func aPayoutIsPostedOnceAndCanBeHadAgain() async throws {
    try await withOffice { office in
      let service = try await settled(&office, escrow: 2)
      #expect(try await service.payOut(Self.order("nowhere", day: 1)) == PayOutResponse())
      try await register(service)
      #expect(try await service.payOut(Self.order("early", day: 1)).entry.isEmpty)
      #expect(try await service.payOut(Self.order("due", day: 2)).newlyPosted)
      let first = try await service.payout(GetPayoutRequest(payoutID: "due"))
      #expect(first.entry.first?.lines.map(\.amountNano) == [-50_000, 50_000])
      let again = try await service.payOut(Self.order("due", day: 2))
      #expect(again.entry == first.entry && !again.newlyPosted)
      #expect(try await service.payOut(Self.order("next", day: 2)).entry.isEmpty)
      let balance = try await service.balance(GetBalanceRequest(contributor: Office.operatorID))
      #expect(balance.paidNano == 50_000 && balance.settledNano == 0)
      #expect(try await service.payout(GetPayoutRequest(payoutID: "none")).entry.isEmpty)
    }
  }

  @Test func nothingBelowTheMinimumOfThePolicyIsPaid() async throws {
    try await withOffice { office in
      let service = try await settled(&office, minimum: 50_001)
      try await register(service)
      let answer = try await service.payOut(Self.order("p"))
      #expect(
        answer.entry.isEmpty && answer.unpaid.contains { $0.reason == "below-minimum" && $0.amountNano == 50_000 })
    }
  }

  @Test func aPayoutThatCannotBeIsRefused() async throws {
    try await withOffice { office in
      let service = try await settled(&office)
      try await register(service)
      var wrong = ["", "two words", "a/b", String(repeating: "a", count: 65)].map { Self.order($0) }
      // The office's clock is in September 2025.
      wrong.append(Self.order("p", day: 20_336))
      wrong.append(Self.order("p", day: .max))
      for change: (inout PayOutRequest) -> Void in [
        { $0.format = "cash" }, { $0.format = "x402" }, { $0.asset = "" }, { $0.scale = 10 }, { $0.scale = .max },
        { $0.from = "http://payer.example" },
      ] {
        var order = Self.order("p")
        change(&order)
        wrong.append(order)
      }
      for order in wrong {
        #expect(try await refusal { try await service.payOut(order) }?.code == .invalidArgument, "\(order)")
      }
      #expect(try await refusal { try await service.payout(GetPayoutRequest()) }?.code == .invalidArgument)
      #expect(try await service.payOut(Self.order("p", day: 20_335)).newlyPosted)
      #expect(try await refusal { try await service.payOut(Self.order("p", day: 3)) }?.code == .alreadyExists)
    }
  }

  @Test func aDisputeHoldsAndEnds() async throws {
    try await withOffice { office in
      let service = try await settled(&office)
      try await register(service)
      let open = OpenDisputeRequest(
        receiptID: Office.id(1).description, contributor: Office.operatorID, evidence: Self.evidence)
      let opened = try await service.open(open)
      #expect(opened.newlyPosted && opened.entry.first?.event == "dispute-opened")
      #expect(try await service.open(open).newlyPosted == false)
      #expect(try await service.payOut(Self.order("held")).entry.isEmpty)
      let listed = try await service.disputes(ListDisputesRequest())
      #expect(listed.disputes.map(\.state) == ["open"] && listed.disputes.first?.held.first?.amountNano == 50_000)
      let reject = CloseDisputeRequest(disputeID: opened.id, evidence: Self.evidence)
      #expect(try await service.close(reject).newlyPosted)
      #expect(try await service.close(reject).newlyPosted == false)
      var uphold = reject
      uphold.upheld = true
      #expect(try await refusal { try await service.close(uphold) }?.code == .failedPrecondition)
      #expect(try await service.payOut(Self.order("free")).newlyPosted)
      let state = try await service.state()
      #expect(state.entry == 5 && state.digest.count == 32)
      #expect(try await office.open().state() == state)
    }
  }

  @Test func whatIsNoDisputeOrAdjustmentIsRefused() async throws {
    try await withOffice { office in
      let service = try await settled(&office)
      let id = Office.id(1).description
      let good = OpenDisputeRequest(receiptID: id, contributor: Office.operatorID, evidence: Self.evidence)
      let opens: [(RPCCode, (inout OpenDisputeRequest) -> Void)] = [
        (.invalidArgument, { $0.receiptID = "r" }), (.invalidArgument, { $0.evidence = [1] }),
        (.invalidArgument, { $0.classID = [1] }), (.notFound, { $0.receiptID = Office.id(2).description }),
        (.failedPrecondition, { $0.contributor = "nobody" }), (.failedPrecondition, { $0.amountNano = 50_001 }),
        (
          .failedPrecondition,
          {
            $0.contributor = ""
            $0.amountNano = 1
          }
        ),
      ]
      for (code, change) in opens {
        var request = good
        change(&request)
        let asked = request
        #expect(try await refusal { try await service.open(asked) }?.code == code, "\(asked)")
      }
      let unknown = String(repeating: "0", count: 32)
      for (code, request) in [
        (.invalidArgument, CloseDisputeRequest(disputeID: "d", evidence: Self.evidence)),
        (.invalidArgument, CloseDisputeRequest(disputeID: unknown, evidence: [])),
        (.notFound, CloseDisputeRequest(disputeID: unknown, evidence: Self.evidence)),
        (
          .invalidArgument,
          CloseDisputeRequest(
            disputeID: unknown, evidence: Self.evidence, shares: [CreditShare(contributor: "a", amountNano: 1)])
        ),
      ] as [(RPCCode, CloseDisputeRequest)] {
        #expect(try await refusal { try await service.close(request) }?.code == code, "\(request)")
      }
      let all = [CreditShare(contributor: "eve", amountNano: 1_000_003)]
      for (code, request) in [
        (.invalidArgument, AdjustRequest(receiptID: id, reason: "whim", evidence: Self.evidence, shares: all)),
        (.invalidArgument, AdjustRequest(receiptID: id, reason: "feedback", evidence: [], shares: all)),
        (.failedPrecondition, AdjustRequest(receiptID: id, reason: "feedback", evidence: Self.evidence)),
        (
          .invalidArgument,
          AdjustRequest(
            receiptID: id, reason: "feedback", evidence: Self.evidence,
            shares: [CreditShare(contributor: "e e", amountNano: 1_000_003)])
        ),
        (
          .invalidArgument,
          AdjustRequest(
            receiptID: id, reason: "feedback", evidence: Self.evidence,
            shares: [CreditShare](repeating: CreditShare(contributor: "e", amountNano: 1), count: 1_001))
        ),
      ] as [(RPCCode, AdjustRequest)] {
        #expect(try await refusal { try await service.adjust(request) }?.code == code, "\(request)")
      }
      let sound = AdjustRequest(receiptID: id, reason: "takedown", evidence: Self.evidence, shares: all)
      #expect(try await service.adjust(sound).newlyPosted)
      #expect(try await service.adjust(sound).newlyPosted == false)
    }
  }
}
