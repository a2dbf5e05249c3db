public import Cryptography

/// What an entry does besides posting the shares of an attribution, with all that its postings are made from.
public enum LedgerAct: Hashable, Sendable {
  /// Of a settlement under a policy with an escrow: the day from which on it may be released.
  case escrow(untilDay: Int)
  /// The escrow of a receipt has ended by this day.
  case release(day: Int)
  case open(Contest)
  case uphold(Resolution)
  case reject(Resolution)
  case adjust(Adjustment)
  case pay(Payout)

  /// Digest of what it was decided from; nil where nobody decides.
  public var evidence: Digest32? {
    switch self {
    case .open(let contest): contest.evidence
    case .uphold(let resolution), .reject(let resolution): resolution.evidence
    case .adjust(let adjustment): adjustment.evidence
    case .escrow, .release, .pay: nil
    }
  }

  /// What a dispute is about.
  public struct Contest: Hashable, Sendable {
    /// Nil: all that the receipt credits.
    public var contributor: String?
    /// The class of records whose owner is contested, beside its contributor.
    public var classID: Digest32?
    /// A part of what the contributor is credited; nil for all of it.
    public var amountNano: UInt64?
    /// Digest of what the one who disputes shows. It is kept by whoever wants to show it: the ledger has the digest alone.
    public var evidence: Digest32

    public init(contributor: String? = nil, classID: Digest32? = nil, amountNano: UInt64? = nil, evidence: Digest32) {
      self.contributor = contributor
      self.classID = classID
      self.amountNano = amountNano
      self.evidence = evidence
    }
  }

  /// How a dispute ended.
  public struct Resolution: Hashable, Sendable {
    /// The dispute's id.
    public var dispute: String
    /// Digest of what it was decided from.
    public var evidence: Digest32
    /// Who gets the held amount: the shares that were computed again. None of a rejected one.
    public var shares: [Share]

    public init(dispute: String, evidence: Digest32, shares: [Share] = []) {
      self.dispute = dispute
      self.evidence = evidence
      self.shares = shares
    }
  }

  /// What came later than the attribution and changes whom a receipt credits.
  public struct Adjustment: Hashable, Sendable {
    public enum Reason: String, CaseIterable, Sendable { case feedback, takedown, correction }

    public var reason: Reason
    public var evidence: Digest32
    /// Who is credited from now on, of all that no dispute holds.
    public var shares: [Share]

    public init(reason: Reason, evidence: Digest32, shares: [Share]) {
      self.reason = reason
      self.evidence = evidence
      self.shares = shares
    }
  }

  /// What one payout pays, but for the amounts, which are its postings.
  public struct Payout: Hashable, Sendable {
    /// Payees of one payout; the others are for the next one.
    public static let payeeCountMax = 1_000

    public struct Payee: Hashable, Sendable {
      public var contributor: String
      /// Its registered payout reference.
      public var reference: String

      public init(contributor: String, reference: String) {
        self.contributor = contributor
        self.reference = reference
      }
    }

    /// The day by whose beginning every escrow that is paid from has ended.
    public var day: Int
    public var minimumNano: UInt64
    public var terms: PayoutTerms
    /// In the order of the postings.
    public var payees: [Payee]

    public init(day: Int, minimumNano: UInt64, terms: PayoutTerms, payees: [Payee]) {
      self.day = day
      self.minimumNano = minimumNano
      self.terms = terms
      self.payees = payees
    }
  }
}
