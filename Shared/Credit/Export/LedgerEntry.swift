public import Cryptography

/// One entry of the ledger: what one event posted, and the signed statements that it comes from. Nothing of an entry ever
/// changes; what was wrong is put right by a later one.
public struct LedgerEntry: Hashable, Sendable {
  public enum Event: String, CaseIterable, Sendable {
    case pending, settlement, release, adjustment, payout
    case disputeOpened = "dispute-opened"
    case disputeUpheld = "dispute-upheld"
    case disputeRejected = "dispute-rejected"
  }

  /// The receipt that an entry is about, and digests of its statements.
  public struct Origin: Hashable, Sendable {
    public var receiptID: String
    public var execution: Digest32
    public var model: Digest32
    public var policy: Digest32
    public var attribution: Digest32

    public init(receiptID: String, execution: Digest32, model: Digest32, policy: Digest32, attribution: Digest32) {
      self.receiptID = receiptID
      self.execution = execution
      self.model = model
      self.policy = policy
      self.attribution = attribution
    }
  }

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

  /// From 1 on, in the order of posting. Numbers may be missing in a ledger of an earlier version.
  public var number: UInt64
  /// No two entries have one: what is posted twice is posted once.
  public var key: String
  /// Milliseconds since 1970: of an attribution and its settlement as the receipt's id has them, of an act as its detail says.
  /// A claim, as every time is.
  public var unixMs: UInt64
  public var event: Event
  /// Of every event but a payout.
  public var origin: Origin?
  /// Of a settlement, and of nothing else.
  public var place: Place?
  /// The `LedgerDetail` of an act, and of a settlement with an escrow; otherwise empty.
  public var detail: String
  public var postings: [Posting]
  /// What the chain is with this entry; nil where it is not told.
  public var chain: Digest32?

  public init(
    number: UInt64, key: String, unixMs: UInt64, event: Event, origin: Origin?, place: Place? = nil,
    detail: String = "", postings: [Posting], chain: Digest32? = nil
  ) {
    self.number = number
    self.key = key
    self.unixMs = unixMs
    self.event = event
    self.origin = origin
    self.place = place
    self.detail = detail
    self.postings = postings
    self.chain = chain
  }

  /// The key of an entry: `id` is the receipt's of `pending`, `settlement` and `release`, otherwise that of dispute, adjustment
  /// or payout. A dispute ends once, however it ends.
  public static func key(_ event: Event, _ id: String) -> String {
    switch event {
    case .disputeUpheld, .disputeRejected: "dispute-closed:\(id)"
    default: event.rawValue + ":" + id
    }
  }

  /// The contributors that it credits, with their amounts.
  var shares: [Share] {
    var shares: [Share] = []
    shares.reserveCapacity(postings.count)
    for posting in postings where posting.amountNano > 0 {
      switch (event, posting.account) {
      case (.pending, .pending(let id)), (.settlement, .settled(let id)), (.settlement, .escrow(let id)),
        (.payout, .paid(let id)):
        shares.append(Share(contributor: id, amountNano: posting.amountNano.magnitude))
      default: break
      }
    }
    return shares
  }

  /// Shares in the order in which a settlement has them: that of its statement, which is the order of ids.
  func settling(_ shares: [Share]) -> [Share] {
    let own = self.shares
    if own.elementsEqual(shares, by: { $0.contributor == $1.contributor }) { return shares }
    let order = Dictionary(own.enumerated().map { ($1.contributor, $0) }, uniquingKeysWith: { a, _ in a })
    return shares.sorted { order[$0.contributor, default: .max] < order[$1.contributor, default: .max] }
  }
}
