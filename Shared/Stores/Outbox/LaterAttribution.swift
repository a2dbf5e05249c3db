public import Cryptography
public import Receipts

/// The attribution of a receipt that says that it is pending, on its way into the log. Like an outbox row it changes only from
/// the step that it is in, and each step is durable before the call that leads to the next one is made.
public struct LaterAttribution: Sendable, Equatable {
  public enum Step: String, Sendable, CaseIterable, Comparable {
    /// What it is made of is being found: scores of documents, spans of the answer.
    case waiting
    /// That is here, as far as there will be any.
    case scored
    /// The statement is signed, and its shares are in the ledger as pending.
    case attributed
    /// Storage has the openings.
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
  /// Values of documents so far, in the order of `DocumentSets`, i64 each; empty when all are in the scores.
  public var found: [UInt8]
  /// Blobs of the openings that were found after the receipt, until storage keeps them.
  public private(set) var openings: [CommittedField: [UInt8]]
  /// Their names, for ever.
  public private(set) var openingNames: [CommittedField: Digest32]
  /// Signed bytes, as far as they are there.
  public var custody: [UInt8]?
  public var attribution: [UInt8]?
  public var policy: [UInt8]?

  init(
    receiptID: ReceiptID, step: Step, found: [UInt8], openings: [CommittedField: [UInt8]],
    openingNames: [CommittedField: Digest32], custody: [UInt8]?, attribution: [UInt8]?, policy: [UInt8]?
  ) {
    self.receiptID = receiptID
    self.step = step
    self.found = found
    self.openings = openings
    self.openingNames = openingNames
    self.custody = custody
    self.attribution = attribution
    self.policy = policy
  }

  public mutating func add(_ field: CommittedField, _ blob: [UInt8]) {
    openings[field] = blob
    openingNames[field] = SHA256.hash(blob)
  }

  /// It goes on without what was found.
  public mutating func removeOpenings() { (openings, openingNames) = ([:], [:]) }

  /// Storage has them.
  public mutating func forgetBlobs() { openings = [:] }

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
  /// Before, the scores alone were found later, and stood in the row.
  static let openingTables = """
    CREATE TABLE later_opening (
      receipt_id TEXT NOT NULL REFERENCES later_attribution (receipt_id),
      field TEXT NOT NULL,
      digest BLOB NOT NULL,
      blob BLOB,
      PRIMARY KEY (receipt_id, field)
    ) STRICT;
    INSERT INTO later_opening (receipt_id, field, digest, blob)
      SELECT receipt_id, 'scores', scores_digest, scores FROM later_attribution WHERE scores_digest IS NOT NULL;
    ALTER TABLE later_attribution DROP COLUMN scores;
    ALTER TABLE later_attribution DROP COLUMN scores_digest;
    """
}
