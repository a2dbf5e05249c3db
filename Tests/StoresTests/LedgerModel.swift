import Credit
import Receipts

@testable import Stores

/// The ledger in a few lines: balances, and for each receipt who is credited what, in which account, and what is held.
struct LedgerModel: Equatable {
  struct Receipt: Equatable {
    var stage: String
    var escrow: Int
    var shares: [String: Int64]
    var held: [String: [String: Int64]] = [:]
  }

  var balances: [String: Int64] = [:]
  var receipts: [Int: Receipt] = [:]
  var done: Set<String> = []

  private mutating func move(_ amounts: [String: Int64], _ from: String, _ to: String) {
    for (id, nano) in amounts where nano != 0 {
      balances["\(from):\(id)", default: 0] -= nano
      balances["\(to):\(id)", default: 0] += nano
    }
  }

  mutating func earn(_ number: Int, escrow: Int, _ shares: [String: Int64]) {
    guard receipts[number] == nil else { return }
    receipts[number] = Receipt(stage: "pending", escrow: escrow, shares: shares)
    for (id, nano) in shares { balances["pending:\(id)", default: 0] += nano }
    balances["payer:local", default: 0] -= shares.values.reduce(0, +)
  }

  mutating func log(_ number: Int) {
    guard var receipt = receipts[number], receipt.stage == "pending" else { return }
    receipt.stage = receipt.escrow > 0 ? "escrow" : "settled"
    move(receipt.shares, "pending", receipt.stage)
    receipts[number] = receipt
  }

  mutating func open(_ number: Int, _ contributor: String, _ dispute: String) {
    guard var receipt = receipts[number], receipt.stage != "pending", let nano = receipt.shares[contributor], nano > 0,
      done.insert("open \(dispute)").inserted
    else { return }
    receipt.held[dispute] = [contributor: nano]
    receipt.shares[contributor] = 0
    move([contributor: nano], receipt.stage, "held")
    receipts[number] = receipt
  }

  mutating func close(_ number: Int, _ dispute: String, to other: String?) {
    guard var receipt = receipts[number], let held = receipt.held.removeValue(forKey: dispute) else { return }
    for (id, nano) in held {
      balances["held:\(id)", default: 0] -= nano
      balances["\(receipt.stage):\(other ?? id)", default: 0] += nano
      receipt.shares[other ?? id, default: 0] += nano
    }
    receipts[number] = receipt
  }

  mutating func adjust(_ number: Int, to shares: [String: Int64], _ key: String) {
    guard var receipt = receipts[number], receipt.stage != "pending", !done.contains(key),
      receipt.shares.values.reduce(0, +) == shares.values.reduce(0, +),
      receipt.shares.filter({ $0.value > 0 }) != shares
    else { return }
    done.insert(key)
    for (id, nano) in receipt.shares { balances["\(receipt.stage):\(id)", default: 0] -= nano }
    for (id, nano) in shares { balances["\(receipt.stage):\(id)", default: 0] += nano }
    receipt.shares = shares
    receipts[number] = receipt
  }

  mutating func pay(_ payout: String, day: Int, _ payees: [String]) {
    guard !done.contains(payout) else { return }
    for number in receipts.keys.sorted() {
      guard var receipt = receipts[number], receipt.stage == "escrow", receipt.escrow <= day,
        receipt.shares.values.contains(where: { $0 > 0 })
      else { continue }
      move(receipt.shares, "escrow", "settled")
      receipt.stage = "settled"
      receipts[number] = receipt
    }
    for id in payees {
      let nano = balances["settled:\(id)"] ?? 0
      guard nano > 0 else { continue }
      done.insert(payout)
      move([id: nano], "settled", "paid")
    }
  }
}
