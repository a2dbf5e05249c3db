public import Cryptography
public import Receipts

/// One draw of sampled verification: its seed, a secret until it is revealed, and its statements.
public struct DrawRow: Sendable, Equatable {
  /// 0, 1, 2, ...
  public let number: UInt64
  public let seed: [UInt8]
  /// The signed `draw`.
  public let statement: [UInt8]
  /// Of the draw in the log; the epoch begins behind it.
  public let index: UInt64?
  /// The signed `reveal`.
  public let reveal: [UInt8]?
  public let revealIndex: UInt64?

  public init(
    number: UInt64, seed: [UInt8], statement: [UInt8], index: UInt64? = nil, reveal: [UInt8]? = nil,
    revealIndex: UInt64? = nil
  ) {
    self.number = number
    self.seed = seed
    self.statement = statement
    self.index = index
    self.reveal = reveal
    self.revealIndex = revealIndex
  }
}

/// A receipt on its way to its draw: of sampled verification, or one that waits for the seed.
public struct SampledReceipt: Sendable, Equatable {
  public let receiptID: ReceiptID
  /// The receipt's digest: its entry in the log.
  public let receipt: Digest32
  /// Of that entry.
  public let index: UInt64
  /// 0: it is never selected.
  public let basisPoints: Int
  /// For the job, if it is selected.
  public let payload: [UInt8]

  public init(receiptID: ReceiptID, receipt: Digest32, index: UInt64, basisPoints: Int, payload: [UInt8]) {
    self.receiptID = receiptID
    self.receipt = receipt
    self.index = index
    self.basisPoints = basisPoints
    self.payload = payload
  }

  /// Whether the draw selects it.
  public func isSelected(by reveal: RevealPredicate) -> Bool {
    guard let root = reveal.root else { return false }
    return Draw.selects(Draw.draw(seed: reveal.seed, root: root, entry: receipt), basisPoints: basisPoints)
  }
}
