/// One receipt as its entries tell it. It says what an act posts now, and takes an entry only when it posts just that:
/// the same code writes the ledger and checks it.
public struct ReceiptHistory: Sendable {
  /// A dispute about the receipt.
  public struct Dispute: Hashable, Sendable {
    public enum State: String, Sendable { case open, upheld, rejected }

    public let id: String
    public let contest: LedgerAct.Contest
    public let openedUnixMs: UInt64
    public let held: [Share]
    public internal(set) var state: State
  }

  public let receiptID: String
  public private(set) var stage = ReceiptStage.none
  public private(set) var owner = ""
  /// In the order in which they were opened.
  public private(set) var disputes: [Dispute] = []
  /// Ids of adjustments that were made.
  public private(set) var adjustments: Set<String> = []
  private var amounts = CreditedAmounts([])

  public init(receiptID: String) { self.receiptID = receiptID }

  /// What the receipt credits each contributor, without what disputes hold; in the order of ids.
  public var credited: [Share] { amounts.shares }

  /// What an act posts as the receipt stands.
  ///
  /// Errors: ``CreditError/refusedAct(receipt:why:)`` where it cannot be done, and those of the shares in it.
  public func postings(of act: LedgerAct) throws(CreditError) -> [Posting] {
    switch act {
    case .escrow:
      guard stage == .pending else { throw refused("is not pending") }
      return try LedgerRules.escrow(shares: pendingShares)
    case .release(let day):
      guard case .escrow(let end) = stage else { throw refused("is not in escrow") }
      guard day >= end else { throw refused("is in escrow until \(UnixDay(number: end).text)") }
      return try LedgerRules.move(credited, from: Account.escrow, to: Account.settled)
    case .open(let contest): return try hold(contest)
    case .uphold(let resolution):
      let held = try open(resolution.dispute).held
      guard Self.sum(held) == Self.sum(resolution.shares) else {
        throw refused("has \(Self.sum(held)) nano-units held, the shares add up to \(Self.sum(resolution.shares))")
      }
      return try LedgerRules.award(held, resolution.shares, to: stage.account)
    case .reject(let resolution):
      let held = try open(resolution.dispute).held
      return try LedgerRules.move(held, from: Account.held, to: stage.account)
    case .adjust(let adjustment):
      try requireLogged()
      let (old, new) = (Self.sum(credited), Self.sum(adjustment.shares))
      guard old == new else { throw refused("credits \(old) nano-units free of disputes, the shares add up to \(new)") }
      try CreditID.refuseDuplicates(adjustment.shares.map(\.contributor), "contributor")
      let postings = try LedgerRules.change(credited, adjustment.shares, in: stage.account)
      guard !postings.isEmpty else { throw refused("has these shares already") }
      return postings
    case .pay: throw refused("is not paid by itself: a payout pays balances")
    }
  }

  private func hold(_ contest: LedgerAct.Contest) throws(CreditError) -> [Posting] {
    try requireLogged()
    var contested = credited
    if let id = contest.contributor {
      let free = amounts[id]
      let amount = contest.amountNano ?? free
      guard free > 0 else { throw refused("credits '\(id)' nothing that no dispute holds") }
      guard amount > 0, amount <= free else { throw refused("credits '\(id)' \(free) nano-units, not \(amount)") }
      contested = [Share(contributor: id, amountNano: amount)]
    } else {
      guard contest.classID == nil, contest.amountNano == nil else {
        throw refused("is disputed as a whole: a class or an amount needs its contributor")
      }
    }
    guard !contested.isEmpty else { throw refused("credits nothing that no dispute holds") }
    return try LedgerRules.move(contested, from: stage.account, to: Account.held)
  }

  private func requireLogged() throws(CreditError) {
    guard stage.account(of: "") != nil else {
      throw refused("is not settled: what is not in the log yet cannot be disputed or adjusted")
    }
  }

  private func open(_ id: String) throws(CreditError) -> Dispute {
    guard let dispute = disputes.first(where: { $0.id == id }) else { throw refused("has no dispute \(id)") }
    guard dispute.state == .open else { throw refused("has dispute \(id), which is \(dispute.state.rawValue) already") }
    return dispute
  }

  private var pendingShares: [Share] { credited }

  static func sum(_ shares: [Share]) -> Int128 { shares.reduce(0) { $0 + Int128($1.amountNano) } }

  private func refused(_ why: String) -> CreditError { .refusedAct(receipt: receiptID, why: why) }
}

extension ReceiptHistory {
  /// Takes the next entry of the receipt.
  ///
  /// Errors: ``CreditError/entry(number:why:)`` for one that does not follow, or that posts something else than its act.
  public mutating func add(_ entry: LedgerEntry) throws(CreditError) {
    func wrong(_ why: String) -> CreditError { .entry(number: entry.number, why: why) }
    guard entry.origin?.receiptID == receiptID else { throw wrong("is of another receipt") }
    let detail = try entry.detail.isEmpty ? nil : LedgerDetail(event: entry.event, text: entry.detail)
    let expected: [Posting]
    let shares = entry.shares
    do throws(CreditError) { expected = try self.expected(entry, shares, detail?.act) } catch {
      throw wrong("cannot follow: \(error)")
    }
    guard entry.postings == expected else { throw wrong("posts other lines than a \(entry.event.rawValue) has") }
    switch (entry.event, detail?.act) {
    case (.pending, _):
      stage = .pending
      owner = entry.postings.first?.account.id ?? ""
      amounts = CreditedAmounts(shares)
      return
    case (.settlement, .escrow(let day)): stage = .escrow(untilDay: day)
    case (.settlement, _): stage = .settled
    case (.release, _): stage = .settled
    case (_, .open(let contest)):
      let held = entry.postings.compactMap { posting -> Share? in
        guard case .held(let id) = posting.account else { return nil }
        return Share(contributor: id, amountNano: posting.amountNano.magnitude)
      }
      let id = try LedgerDetail.id(.open(contest), receipt: receiptID)
      guard !disputes.contains(where: { $0.id == id }) else { throw wrong("opens dispute \(id) again") }
      disputes.append(
        Dispute(id: id, contest: contest, openedUnixMs: detail?.unixMs ?? 0, held: held, state: .open))
    case (_, .uphold(let resolution)): close(resolution.dispute, .upheld)
    case (_, .reject(let resolution)): close(resolution.dispute, .rejected)
    case (_, .adjust(let adjustment)):
      let id = try LedgerDetail.id(.adjust(adjustment), receipt: receiptID)
      guard adjustments.insert(id).inserted else { throw wrong("makes adjustment \(id) again") }
    default: throw wrong("is no event of a receipt")
    }
    guard entry.event != .settlement, entry.event != .release else { return }
    for posting in entry.postings where posting.account == stage.account(of: posting.account.id) {
      let sum = Int128(amounts[posting.account.id]) + Int128(posting.amountNano)
      guard let amount = UInt64(exactly: sum) else { throw wrong("takes more than the receipt credits") }
      amounts[posting.account.id] = amount
    }
  }

  /// - Parameter shares: of the entry.
  private func expected(_ entry: LedgerEntry, _ shares: [Share], _ act: LedgerAct?) throws(CreditError) -> [Posting] {
    switch (entry.event, act) {
    case (.pending, nil):
      guard stage == .none else { throw refused("is posted already") }
      return try LedgerRules.pending(owner: entry.postings.first?.account.id ?? "", shares: shares)
    case (.settlement, nil):
      guard stage == .pending else { throw refused("is not pending") }
      return try LedgerRules.settlement(shares: entry.settling(pendingShares))
    case (_, let act?): return try postings(of: act)
    default: throw refused("has an entry that does not say what it does")
    }
  }

  private mutating func close(_ id: String, _ state: Dispute.State) {
    for at in disputes.indices where disputes[at].id == id { disputes[at].state = state }
  }
}
