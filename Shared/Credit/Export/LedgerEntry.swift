public import Cryptography

/// One entry of the ledger: what one event of one receipt posted, and the signed statements that it comes from.
public struct LedgerEntry: Hashable, Sendable {
  public enum Event: String, CaseIterable, Sendable { case pending, settlement }

  /// Where the receipt stands in the log.
  public struct Place: Hashable, Sendable {
    /// Digest of the receipt.
    public var receipt: Digest32
    public var index: UInt64

    public init(receipt: Digest32, index: UInt64) {
      self.receipt = receipt
      self.index = index
    }
  }

  /// From 1 on, in the order of posting. Numbers may be missing: what was undone took one.
  public var number: UInt64
  public var receiptID: String
  /// Milliseconds since 1970 as the receipt's id has them: a claim, as every time in a statement is.
  public var unixMs: UInt64
  public var event: Event
  /// Digests of the statements: execution, model, policy and attribution.
  public var execution: Digest32
  public var model: Digest32
  public var policy: Digest32
  public var attribution: Digest32
  /// Of a settlement, and of nothing else.
  public var place: Place?
  public var postings: [Posting]

  public init(
    number: UInt64, receiptID: String, unixMs: UInt64, event: Event, execution: Digest32, model: Digest32,
    policy: Digest32, attribution: Digest32, place: Place?, postings: [Posting]
  ) {
    self.number = number
    self.receiptID = receiptID
    self.unixMs = unixMs
    self.event = event
    self.execution = execution
    self.model = model
    self.policy = policy
    self.attribution = attribution
    self.place = place
    self.postings = postings
  }

  /// The contributors that it credits, with their amounts.
  var shares: [Share] {
    postings.compactMap { posting in
      switch (event, posting.account) {
      case (.pending, .pending(let id)), (.settlement, .settled(let id)):
        Share(contributor: id, amountNano: posting.amountNano.magnitude)
      default: nil
      }
    }
  }
}
