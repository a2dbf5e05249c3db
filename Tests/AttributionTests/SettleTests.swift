import Credit
import Cryptography
import RPC
import Stores
import TestKit
import Testing
import Wire

@testable import AttributionService

@Suite struct SettleTests {
  @Test func aSettlementMovesWhatIsPendingOnce() async throws {
    try await withOffice { office in
      let service = try await office.open()
      _ = try await service.attribute(Office.request(1))
      #expect(try await service.settle(Office.settlement(1)).newlySettled)
      #expect(try await service.settle(Office.settlement(1)).newlySettled == false)
      #expect(try await office.open().settle(Office.settlement(1)).newlySettled == false)
      let balance = try await service.balance(GetBalanceRequest(contributor: Office.operatorID))
      #expect(balance == LedgerBalance(contributor: Office.operatorID, pendingNano: 0, settledNano: 50_000))
    }
  }

  @Test func aSettlementOfAnotherReceiptOrIndexIsRefused() async throws {
    try await withOffice { office in
      let service = try await office.open()
      #expect(try await refusal { try await service.settle(Office.settlement(1)) }?.code == .notFound)
      _ = try await service.attribute(Office.request(1))
      var short = Office.settlement(1)
      short.receiptDigest.removeLast()
      var far = Office.settlement(1)
      far.index = .max
      for wrong in [short, far] {
        #expect(try await refusal { try await service.settle(wrong) }?.code == .invalidArgument)
      }
      _ = try await service.settle(Office.settlement(1))
      var elsewhere = Office.settlement(1)
      elsewhere.index += 1
      #expect(try await refusal { try await service.settle(elsewhere) }?.code == .alreadyExists)
    }
  }

  @Test func aFreeRequestIsAttributedAndSettledWithoutMoney() async throws {
    try await withOffice { office in
      let service = try await office.open()
      _ = try await service.attribute(Office.request(1, price: 0))
      #expect(try await service.settle(Office.settlement(1)).newlySettled)
      let balance = try await service.balance(GetBalanceRequest(contributor: Office.operatorID))
      #expect(balance.pendingNano == 0 && balance.settledNano == 0)
    }
  }

  @Test(arguments: ["", "two words", "é", String(repeating: "a", count: 257)])
  func aContributorThatIsNoIDHasNoBalance(_ id: String) async throws {
    try await withOffice { office in
      let service = try await office.open()
      let error = try await refusal { try await service.balance(GetBalanceRequest(contributor: id)) }
      #expect(error?.code == .invalidArgument)
    }
  }

  /// Random attributions, repeats and settlements with a restart now and then: what the ledger says at the end is what
  /// a plain count of the calls says.
  @Test(arguments: [1, 2, 3] as [UInt64]) func theLedgerStaysBalancedUnderRandomCallsAndRestarts(
    _ seed: UInt64
  ) async throws {
    try await withOffice { office in
      var random = SplitMix64(state: seed)
      var prices: [Int: UInt64] = [:]
      var settled: Set<Int> = []
      var service = try await office.open()
      for _ in 0..<120 {
        let number = Int.random(in: 0..<24, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: service = try await office.open()
        case 1...4:
          let price = prices[number] ?? UInt64.random(in: 0..<10_000, using: &random)
          _ = try await service.attribute(Office.request(number, price: price))
          prices[number] = price
        default:
          guard prices[number] != nil else {
            let current = service
            #expect(try await refusal { try await current.settle(Office.settlement(number)) }?.code == .notFound)
            continue
          }
          let isNew = try await service.settle(Office.settlement(number)).newlySettled
          #expect(isNew == settled.insert(number).inserted)
        }
      }
      let audit = try await service.ledger.audit(.statements)
      #expect(audit.receipts == prices.count && audit.settled == settled.count)
      var pending: UInt64 = 0
      var paid: UInt64 = 0
      for contributor in ["example.org/maker", CreditID.unattributed, Office.operatorID] {
        let balance = try await service.balance(GetBalanceRequest(contributor: contributor))
        pending += balance.pendingNano
        paid += balance.settledNano
      }
      #expect(paid == prices.reduce(0) { settled.contains($1.key) ? $0 + $1.value : $0 })
      #expect(pending + paid == prices.values.reduce(0, +))
    }
  }
}
