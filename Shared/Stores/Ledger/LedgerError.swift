public import Cryptography
public import Receipts

/// Why the ledger refuses. Nothing was written when one of these is thrown.
public enum LedgerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The receipt was attributed before, from something else.
  case attributedOtherwise(ReceiptID, what: String)
  case notAttributed(ReceiptID)
  /// The receipt was settled before, under another digest or index.
  case settledOtherwise(ReceiptID, receipt: Digest32, index: UInt64)
  case indexTooLarge(UInt64, limit: UInt64)
  /// An account would leave the signed 64 bits of the ledger.
  case balanceTooLarge(account: String)
  /// An attribution statement that is none, or that shares another receipt or price than the one it is posted for.
  case statement(why: String)
  case unknownPolicy(Digest32)
  /// The key has signed another policy under the same id.
  case policyChanged(id: String)
  /// A payout of this id was posted before, of another day or in other terms.
  case paidOtherwise(String)
  case unknownPayout(String)
  case unknownDispute(String)
  /// Too many attributions wait to be posted.
  case queueFull(max: Int)
  /// Stored rows contradict each other or cannot be read.
  case damaged(String)

  public var description: String {
    switch self {
    case .attributedOtherwise(let id, let what):
      "receipt \(id) is attributed already, with another \(what); an attribution is made once"
    case .notAttributed(let id): "receipt \(id) is not attributed; attribute it before it is settled"
    case .settledOtherwise(let id, let receipt, let index):
      "receipt \(id) is settled already, as \(receipt.named) at log index \(index)"
    case .indexTooLarge(let index, let limit): "log index \(index) is over the limit of \(limit)"
    case .balanceTooLarge(let account):
      "the balance of '\(account)' would pass 2^63 nano-units; start a new ledger or lower the price"
    case .statement(let why): "the attribution statement cannot be posted: \(why)"
    case .unknownPolicy(let digest): "the policy statement \(digest.named) is not kept here"
    case .policyChanged(let id):
      "policy '\(id)' was signed before with other content or by another issuer; give the changed policy a new id"
    case .paidOtherwise(let id):
      "payout '\(id)' was posted before, of another day or in other terms; give this one another id"
    case .unknownPayout(let id): "no payout '\(id)' was posted"
    case .unknownDispute(let id): "there is no dispute '\(id)'"
    case .queueFull(let max): "\(max) attributions wait to be posted; try again later"
    case .damaged(let what): "the ledger contradicts itself: \(what); restore a backup and compare"
    }
  }
}
