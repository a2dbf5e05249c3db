public import Cryptography
public import Receipts

/// One request on its way to its receipt.
public struct OutboxRow: Sendable, Equatable {
  public let receiptID: ReceiptID
  /// `chatcmpl-` and a UUID without its dashes.
  public let completionID: String
  /// Thumbprint of the key that numbers and signs this receipt.
  public let keyID: [UInt8]
  /// From 1, without gaps for each key.
  public let sequence: UInt64
  /// Who may see what is opened.
  public let owner: String
  public let isStreamed: Bool
  /// Commitment to the request body.
  public let request: Digest32
  public let acceptedUnixMs: UInt64

  public var state: OutboxState
  public var outcome: Outcome?
  /// Why nothing was executed.
  public var errorCode: String?
  /// All salts of the request one behind the other; nil from publication on.
  public var salts: [UInt8]?
  /// Signed bytes of the statements so far; `model` and `policy` are shared with other rows.
  public var statements: [StatementKind: [UInt8]]
  /// Names of the opening blobs: what storage is asked for.
  public var openingNames: [CommittedField: Digest32]
  /// The blobs themselves, until publication; storage keeps them beyond it.
  public var openings: [CommittedField: [UInt8]]
  public var delivery: Delivery?
  public var priceNano: UInt64
  /// In the log.
  public var index: UInt64?
  /// When the answer is executed again; nil as the settings say.
  public var verification: VerificationPolicy?
  /// The price is shared after the receipt, which says so: ``LaterAttribution``.
  public var isAttributionPending = false
}

/// What is known of a request when it is accepted: all of a row but its number.
public struct AcceptedRequest: Sendable {
  public var receiptID: ReceiptID
  public var completionID: String
  public var keyID: [UInt8]
  public var owner: String
  public var isStreamed: Bool
  public var request: Digest32
  public var salts: [UInt8]
  public var unixMs: UInt64
  public var verification: VerificationPolicy?

  public init(
    receiptID: ReceiptID, completionID: String, keyID: [UInt8], owner: String, isStreamed: Bool, request: Digest32,
    salts: [UInt8], unixMs: UInt64, verification: VerificationPolicy? = nil
  ) {
    self.verification = verification
    self.receiptID = receiptID
    self.completionID = completionID
    self.keyID = keyID
    self.owner = owner
    self.isStreamed = isStreamed
    self.request = request
    self.salts = salts
    self.unixMs = unixMs
  }

  func row(sequence: UInt64) -> OutboxRow {
    OutboxRow(
      receiptID: receiptID, completionID: completionID, keyID: keyID, sequence: sequence, owner: owner,
      isStreamed: isStreamed, request: request, acceptedUnixMs: unixMs, state: .accepted, salts: salts,
      statements: [:], openingNames: [:], openings: [:], priceNano: 0, verification: verification)
  }
}
