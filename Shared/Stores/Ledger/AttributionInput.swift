public import Cryptography
public import Receipts

/// What one attribution is made from. The same input always gives the same statement bytes.
public struct AttributionInput: Hashable, Sendable {
  public let receiptID: ReceiptID
  /// Digest of the execution statement.
  public let execution: Digest32
  /// Digest of the model statement.
  public let model: Digest32
  public let priceNano: UInt64
  /// Digest of the receipt statement that a later attribution is about; nil for one that is about the execution.
  public let receipt: Digest32?

  public init(receiptID: ReceiptID, execution: Digest32, model: Digest32, priceNano: UInt64, receipt: Digest32? = nil) {
    self.receipt = receipt
    self.receiptID = receiptID
    self.execution = execution
    self.model = model
    self.priceNano = priceNano
  }

  /// What the statement is about.
  public var subject: Digest32 { receipt ?? execution }

  /// The first part in which `other` differs, or nil.
  func difference(from other: AttributionInput) -> String? {
    if execution != other.execution { return "execution statement" }
    if model != other.model { return "model statement" }
    return priceNano != other.priceNano ? "price" : nil
  }
}

/// The signed bytes of one attribution and of the policy statement that it names.
public struct KeptAttribution: Equatable, Sendable {
  public let statement: [UInt8]
  public let policyStatement: [UInt8]
}

/// What one contributor has earned, in nano-units.
public struct ContributorBalance: Equatable, Sendable {
  /// Of receipts that are not in the log yet.
  public let pendingNano: UInt64
  /// What the next payout may pay.
  public let settledNano: UInt64
  /// Of receipts in the log whose escrow has not ended.
  public let escrowNano: UInt64
  /// What open disputes hold.
  public let heldNano: UInt64
  public let paidNano: UInt64
  /// What was paid and then disputed or moved to others; later earnings fill it up first.
  public let owedNano: UInt64

  public init(
    pendingNano: UInt64, settledNano: UInt64, escrowNano: UInt64 = 0, heldNano: UInt64 = 0, paidNano: UInt64 = 0,
    owedNano: UInt64 = 0
  ) {
    self.pendingNano = pendingNano
    self.settledNano = settledNano
    self.escrowNano = escrowNano
    self.heldNano = heldNano
    self.paidNano = paidNano
    self.owedNano = owedNano
  }
}
