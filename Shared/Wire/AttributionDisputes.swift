// Proto/colophon/attribution/v1/ledger.proto. Disputes and adjustments.

internal import CWire

/// Asks to hold what is contested of a receipt.
public struct OpenDisputeRequest: WireMessage, Equatable {
  public var receiptID: String
  /// Empty: all that the receipt credits.
  public var contributor: String
  /// May be empty.
  public var classID: [UInt8]
  /// 0: all of the contributor's.
  public var amountNano: UInt64
  /// Digest of what is shown.
  public var evidence: [UInt8]

  public init(
    receiptID: String = "", contributor: String = "", classID: [UInt8] = [], amountNano: UInt64 = 0,
    evidence: [UInt8] = []
  ) {
    self.receiptID = receiptID
    self.contributor = contributor
    self.classID = classID
    self.amountNano = amountNano
    self.evidence = evidence
  }
}

extension OpenDisputeRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__OpenDisputeRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__open_dispute_request__init(twin)
  }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    contributor = lift(twin.contributor)
    classID = [UInt8](twin.class_id)
    amountNano = twin.amount_nano
    evidence = [UInt8](twin.evidence)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.class_id = try arena.data(classID)
    twin.pointee.amount_nano = amountNano
    twin.pointee.evidence = try arena.data(evidence)
  }
}

/// Upholds or rejects a dispute.
public struct CloseDisputeRequest: WireMessage, Equatable {
  public var disputeID: String
  public var upheld: Bool
  /// Digest of what it was decided from.
  public var evidence: [UInt8]
  /// Who gets what is held; none of an upheld one: `unattributed`.
  public var shares: [CreditShare]

  public init(disputeID: String = "", upheld: Bool = false, evidence: [UInt8] = [], shares: [CreditShare] = []) {
    self.disputeID = disputeID
    self.upheld = upheld
    self.evidence = evidence
    self.shares = shares
  }
}

extension CloseDisputeRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__CloseDisputeRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__close_dispute_request__init(twin)
  }

  init(lifting twin: Twin) {
    disputeID = lift(twin.dispute_id)
    upheld = twin.upheld != 0
    evidence = [UInt8](twin.evidence)
    shares = lift(twin.shares, twin.n_shares)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.dispute_id = try lowered(disputeID, in: arena)
    twin.pointee.upheld = upheld ? 1 : 0
    twin.pointee.evidence = try arena.data(evidence)
    twin.pointee.n_shares = shares.count
    twin.pointee.shares = try arena.list(shares)
  }
}

/// Asks to change whom a receipt credits.
public struct AdjustRequest: WireMessage, Equatable {
  public var receiptID: String
  /// As `LedgerAct.Adjustment.Reason` spells it.
  public var reason: String
  public var evidence: [UInt8]
  /// Of all that no dispute holds.
  public var shares: [CreditShare]

  public init(receiptID: String = "", reason: String = "", evidence: [UInt8] = [], shares: [CreditShare] = []) {
    self.receiptID = receiptID
    self.reason = reason
    self.evidence = evidence
    self.shares = shares
  }
}

extension AdjustRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__AdjustRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__adjust_request__init(twin) }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    reason = lift(twin.reason)
    evidence = [UInt8](twin.evidence)
    shares = lift(twin.shares, twin.n_shares)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.reason = try lowered(reason, in: arena)
    twin.pointee.evidence = try arena.data(evidence)
    twin.pointee.n_shares = shares.count
    twin.pointee.shares = try arena.list(shares)
  }
}

/// An amount of one contributor.
public struct CreditShare: WireMessage, Equatable {
  public var contributor: String
  public var amountNano: UInt64

  public init(contributor: String = "", amountNano: UInt64 = 0) {
    self.contributor = contributor
    self.amountNano = amountNano
  }
}

extension CreditShare: WireTwin {
  typealias Twin = Colophon__Attribution__V1__CreditShare
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__credit_share__init(twin) }

  init(lifting twin: Twin) {
    contributor = lift(twin.contributor)
    amountNano = twin.amount_nano
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.amount_nano = amountNano
  }
}

/// What a dispute or an adjustment posted.
public struct ActResponse: WireMessage, Equatable {
  public var id: String
  public var newlyPosted: Bool
  public var entry: [EntryPart]

  public init(id: String = "", newlyPosted: Bool = false, entry: [EntryPart] = []) {
    self.id = id
    self.newlyPosted = newlyPosted
    self.entry = entry
  }
}

extension ActResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ActResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__act_response__init(twin) }

  init(lifting twin: Twin) {
    id = lift(twin.id)
    newlyPosted = twin.newly_posted != 0
    entry = lift(twin.entry, twin.n_entry)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.id = try lowered(id, in: arena)
    twin.pointee.newly_posted = newlyPosted ? 1 : 0
    twin.pointee.n_entry = entry.count
    twin.pointee.entry = try arena.list(entry)
  }
}

/// Asks for the disputes that were opened behind an entry.
public struct ListDisputesRequest: WireMessage, Equatable {
  public var afterEntry: UInt64

  public init(afterEntry: UInt64 = 0) {
    self.afterEntry = afterEntry
  }
}

extension ListDisputesRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListDisputesRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_disputes_request__init(twin)
  }

  init(lifting twin: Twin) {
    afterEntry = twin.after_entry
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.after_entry = afterEntry
  }
}

/// A page of disputes; none at the end.
public struct ListDisputesResponse: WireMessage, Equatable {
  public var disputes: [DisputeRecord]

  public init(disputes: [DisputeRecord] = []) {
    self.disputes = disputes
  }
}

extension ListDisputesResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListDisputesResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_disputes_response__init(twin)
  }

  init(lifting twin: Twin) {
    disputes = lift(twin.disputes, twin.n_disputes)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_disputes = disputes.count
    twin.pointee.disputes = try arena.list(disputes)
  }
}

/// A dispute as it stands.
public struct DisputeRecord: WireMessage, Equatable {
  /// That opened it.
  public var entry: UInt64
  public var disputeID: String
  public var receiptID: String
  /// `open`, `upheld` or `rejected`.
  public var state: String
  public var contributor: String
  public var classID: [UInt8]
  public var evidence: [UInt8]
  public var openedUnixMs: UInt64
  public var held: [CreditShare]

  public init(
    entry: UInt64 = 0, disputeID: String = "", receiptID: String = "", state: String = "", contributor: String = "",
    classID: [UInt8] = [], evidence: [UInt8] = [], openedUnixMs: UInt64 = 0, held: [CreditShare] = []
  ) {
    self.entry = entry
    self.disputeID = disputeID
    self.receiptID = receiptID
    self.state = state
    self.contributor = contributor
    self.classID = classID
    self.evidence = evidence
    self.openedUnixMs = openedUnixMs
    self.held = held
  }
}

extension DisputeRecord: WireTwin {
  typealias Twin = Colophon__Attribution__V1__DisputeRecord
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__dispute_record__init(twin) }

  init(lifting twin: Twin) {
    entry = twin.entry
    disputeID = lift(twin.dispute_id)
    receiptID = lift(twin.receipt_id)
    state = lift(twin.state)
    contributor = lift(twin.contributor)
    classID = [UInt8](twin.class_id)
    evidence = [UInt8](twin.evidence)
    openedUnixMs = twin.opened_unix_ms
    held = lift(twin.held, twin.n_held)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.entry = entry
    twin.pointee.dispute_id = try lowered(disputeID, in: arena)
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.state = try lowered(state, in: arena)
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.class_id = try arena.data(classID)
    twin.pointee.evidence = try arena.data(evidence)
    twin.pointee.opened_unix_ms = openedUnixMs
    twin.pointee.n_held = held.count
    twin.pointee.held = try arena.list(held)
  }
}
