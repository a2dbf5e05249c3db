internal import Cryptography
internal import MerkleLog

/// Which receipts of sampled verification were due and are not verified: a function of a whole log, its statements and a trust
/// policy (FORMAT section 5). Statements are taken in the order of the log.
public struct OverdueScan {
  /// A receipt whose verdict was not in the log by its deadline.
  public struct Overdue: Sendable, Equatable {
    public let receiptID: ReceiptID
    public let index: UInt64
    /// Log index of the draw of its epoch.
    public let draw: UInt64
    public let deadline: UInt64
    /// False where the draw was never revealed, so that nobody can tell what it selected.
    public let isRevealed: Bool
    /// Where a verdict stands that came too late.
    public let lateVerdict: UInt64?
  }

  /// What the sampled receipts of a log have come to.
  public struct Outcome: Sendable, Equatable {
    public var overdue: [Overdue] = []
    /// Selected and verified in time; selected or not yet drawn, with time left; passed over by their draw; before any draw.
    public var verified = 0
    public var due = 0
    public var passedOver = 0
    public var notDrawn = 0
  }

  private struct Sampled {
    let receiptID: ReceiptID
    let index: UInt64
    let basisPoints: Int
  }

  private struct Drawn {
    let index: UInt64
    let signed: SignedStatement
    let predicate: DrawPredicate
    /// The seed and the root that go into the draw, once an honest reveal has shown them.
    var revealed: (seed: [UInt8], root: Digest32)?
    /// Log index of the same key's next draw.
    var last: UInt64?
  }

  /// What one draw says of one receipt.
  private enum Standing: Equatable {
    case verified, due, passedOver
    case overdue(Overdue)
  }

  private let policy: TrustPolicy
  /// By their entries: what another statement calls its receipt is that statement's word alone.
  private var receipts: [Digest32: Sampled] = [:]
  private var draws: [Drawn] = []
  /// The earliest first verdict on each receipt, by the receipt's entry.
  private var verdicts: [Digest32: UInt64] = [:]

  public init(policy: TrustPolicy) { self.policy = policy }

  /// Takes one statement. What the policy does not list for its kind at its index, or what is about something else, is passed
  /// over: nobody who is not believed can make a receipt late, or in time.
  public mutating func take(_ signed: SignedStatement, at index: UInt64) {
    guard let issuer = policy.issuer(of: signed), issuer.kinds.contains(signed.statement.kind),
      issuer.issuer.hasSameBytes(as: signed.statement.issuer), index >= issuer.fromIndex,
      index <= issuer.toIndex ?? .max, signed.isSigned(by: issuer.key)
    else { return }
    // A predicate of another form is nobody's statement; SignedStatement has refused it before.
    switch signed.statement.kind {
    case .receipt: try? takeReceipt(signed, index)
    case .draw: try? takeDraw(signed, index)
    case .reveal: try? takeReveal(signed, index)
    case .verdict: try? takeVerdict(signed, index)
    default: break
    }
  }

  private mutating func takeReceipt(_ signed: SignedStatement, _ index: UInt64) throws {
    let receipt = try ReceiptPredicate(signed.statement.predicate)
    guard case .sample(let rate)? = receipt.verification,
      isAbout(signed, receipt.receiptID.description, receipt.subjectDigest), receipts[signed.digest] == nil
    else { return }
    receipts[signed.digest] = Sampled(receiptID: receipt.receiptID, index: index, basisPoints: rate)
  }

  private mutating func takeDraw(_ signed: SignedStatement, _ index: UInt64) throws {
    let draw = try DrawPredicate(signed.statement.predicate)
    guard try isAbout(signed, draw.subject, draw.digest()) else { return }
    if let before = draws.lastIndex(where: { $0.signed.keyID == signed.keyID }) { draws[before].last = index }
    draws.append(Drawn(index: index, signed: signed, predicate: draw))
  }

  private mutating func takeReveal(_ signed: SignedStatement, _ index: UInt64) throws {
    let reveal = try RevealPredicate(signed.statement.predicate)
    guard try isAbout(signed, reveal.subject, reveal.digest()),
      let at = draws.firstIndex(where: { $0.signed.digest == reveal.draw }), draws[at].revealed == nil,
      draws[at].signed.keyID == signed.keyID, draws[at].predicate.number == reveal.number,
      draws[at].predicate.seed == Draw.commitment(to: reveal.seed),
      // A bundle cannot tell where an epoch ended; whoever has the log can.
      draws[at].last == reveal.last
    else { return }
    let alone = try CheckpointPolicy(origin: policy.log.origin, logKey: policy.log.logKey)
    let checkpoint = try alone.verify(
      SignedNote(parsing: Array(reveal.checkpoint.utf8)), refusingUnknown: true
    ).checkpoint
    guard reveal.last < checkpoint.size, checkpoint.size <= index else { return }
    draws[at].revealed = (reveal.seed, checkpoint.root)
  }

  private mutating func takeVerdict(_ signed: SignedStatement, _ index: UInt64) throws {
    let verdict = try VerdictPredicate(signed.statement.predicate)
    let entry = signed.statement.subjectDigest
    guard verdict.supersedes == nil, let receipt = receipts[entry], receipt.receiptID == verdict.receiptID,
      isAbout(signed, receipt.receiptID.description, entry), verdicts[entry] == nil
    else { return }
    verdicts[entry] = index
  }

  private func isAbout(_ signed: SignedStatement, _ subject: String, _ digest: Digest32) -> Bool {
    signed.statement.subject.hasSameBytes(as: subject) && signed.statement.subjectDigest == digest
  }

  /// What a log of `size` entries says, all of whose statements were taken. Receipts in the order of the log. Every key
  /// that draws has epochs of its own, none of which hides another's: the first deadline that was missed is named.
  public func outcome(size: UInt64) -> Outcome {
    var outcome = Outcome()
    for (entry, receipt) in receipts.sorted(by: { $0.value.index < $1.value.index }) {
      let standings = draws.filter { $0.index < receipt.index && receipt.index <= $0.last ?? .max }
        .map { standing(of: entry, receipt, in: $0, size: size) }
      let overdue = standings.compactMap { if case .overdue(let one) = $0 { one } else { nil } }
      if let first = overdue.min(by: { $0.deadline < $1.deadline }) {
        outcome.overdue.append(first)
      } else if standings.contains(.due) {
        outcome.due += 1
      } else if standings.contains(.verified) {
        outcome.verified += 1
      } else if standings.contains(.passedOver) {
        outcome.passedOver += 1
      } else {
        outcome.notDrawn += 1
      }
    }
    return outcome
  }

  private func standing(of entry: Digest32, _ receipt: Sampled, in draw: Drawn, size: UInt64) -> Standing {
    let isSelected = draw.revealed.map { revealed in
      Draw.selects(
        Draw.draw(seed: revealed.seed, root: revealed.root, entry: entry), basisPoints: receipt.basisPoints)
    }
    if isSelected == false { return .passedOver }
    let (sum, overflows) = draw.index.addingReportingOverflow(draw.predicate.within)
    let (deadline, verdict) = (overflows ? .max : sum, verdicts[entry])
    if let verdict, verdict <= deadline { return .verified }
    guard size > deadline else { return .due }
    return .overdue(
      Overdue(
        receiptID: receipt.receiptID, index: receipt.index, draw: draw.index, deadline: deadline,
        isRevealed: isSelected != nil, lateVerdict: verdict))
  }
}
