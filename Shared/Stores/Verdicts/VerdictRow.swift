public import Cryptography
public import Receipts

/// One receipt that is to be, or was, executed again.
public struct VerdictRow: Sendable, Equatable {
  public enum State: String, Sendable {
    /// A job is in the queue.
    case queued
    /// The verdict's signed bytes are here and never change again; the log does not have them yet.
    case signed
    /// They are in the log.
    case registered
    /// The log can have no verdict, for the reason that the row has; asking again tries again.
    case refused
  }

  public let receiptID: ReceiptID
  /// The receipt's digest.
  public let receipt: Digest32
  public let statement: [UInt8]?
  public let refusal: String?
  public let index: UInt64?

  public var state: State {
    if index != nil { return .registered }
    if refusal != nil { return .refused }
    return statement == nil ? .queued : .signed
  }
}

/// Why the store of verdicts refuses.
public enum VerdictError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A receipt id stands for one receipt.
  case otherReceipt(ReceiptID)
  /// Only the verdict that holds can be superseded, and only once it is in the log.
  case notInForce(ReceiptID)
  /// ``Superseded/numberMax`` have been made.
  case tooMany(ReceiptID)
  /// A column that this version cannot read.
  case unreadable(table: String, key: String)

  public var description: String {
    switch self {
    case .otherReceipt(let id): "receipt \(id) was given before with other bytes"
    case .notInForce(let id): "that verdict on receipt \(id) is not the one in force, or is not in the log yet"
    case .tooMany(let id):
      "\(Superseded.numberMax) verdicts on receipt \(id) supersede one another already, and that is the limit"
    case .unreadable(let table, let key): "row \(key) of \(table) holds what this version cannot read"
    }
  }
}
