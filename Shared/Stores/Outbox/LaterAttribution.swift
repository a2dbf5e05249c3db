public import Cryptography
public import Receipts

/// The attribution of a receipt that says that it is pending, on its way into the log. Like an outbox row it changes only from
/// the step that it is in, and each step is durable before the call that leads to the next one is made.
public struct LaterAttribution: Sendable, Equatable {
  public enum Step: String, Sendable, CaseIterable, Comparable {
    /// The documents are being valued.
    case waiting
    /// Their scores are here, or it is known that there will be none.
    case scored
    /// The statement is signed, and its shares are in the ledger as pending.
    case attributed
    /// Storage has the opening of the scores.
    case kept
    /// The statements are in the log.
    case registered
    /// And the ledger has settled. Nothing is left to do.
    case settled

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (a: Step, b: Step) -> Bool { a.order < b.order }
  }

  public let receiptID: ReceiptID
  public var step: Step
  /// Values so far, in the order of `DocumentSets`, i64 each; empty when all are in the scores.
  public var found: [UInt8]
  /// The opening blob, until storage keeps it.
  public var scores: [UInt8]?
  /// Name of that blob; nil where the documents have no scores.
  public var scoresName: Digest32?
  /// Signed bytes, as far as they are there.
  public var custody: [UInt8]?
  public var attribution: [UInt8]?
  public var policy: [UInt8]?

  /// What the outbox row says until there is one, and for ever after.
  static let pending = "pending"

  static let tables = """
    ALTER TABLE outbox ADD COLUMN attribution TEXT;
    CREATE TABLE later_attribution (
      receipt_id TEXT PRIMARY KEY REFERENCES outbox (receipt_id),
      step TEXT NOT NULL,
      found BLOB NOT NULL,
      scores BLOB,
      scores_digest BLOB,
      custody BLOB REFERENCES statement (digest),
      attribution BLOB REFERENCES statement (digest),
      policy BLOB REFERENCES statement (digest)
    ) STRICT;
    """
}
