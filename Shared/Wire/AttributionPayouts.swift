// Proto/colophon/attribution/v1/ledger.proto. Payouts, and the state of the ledger.

internal import CWire

/// Asks to pay out what is due. Idempotent by its id.
public struct PayOutRequest: WireMessage, Equatable {
  public var payoutID: String
  /// Since 1970; not after today.
  public var day: UInt64
  public var format: String
  public var asset: String
  public var scale: UInt64
  /// Who pays.
  public var from: String

  public init(
    payoutID: String = "", day: UInt64 = 0, format: String = "", asset: String = "", scale: UInt64 = 0,
    from: String = ""
  ) {
    self.payoutID = payoutID
    self.day = day
    self.format = format
    self.asset = asset
    self.scale = scale
    self.from = from
  }
}

extension PayOutRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__PayOutRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__pay_out_request__init(twin) }

  init(lifting twin: Twin) {
    payoutID = lift(twin.payout_id)
    day = twin.day
    format = lift(twin.format)
    asset = lift(twin.asset)
    scale = twin.scale
    from = lift(twin.from)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.payout_id = try lowered(payoutID, in: arena)
    twin.pointee.day = day
    twin.pointee.format = try lowered(format, in: arena)
    twin.pointee.asset = try lowered(asset, in: arena)
    twin.pointee.scale = scale
    twin.pointee.from = try lowered(from, in: arena)
  }
}

/// The payout, and what it leaves.
public struct PayOutResponse: WireMessage, Equatable {
  /// None where nothing is payable.
  public var entry: [EntryPart]
  public var newlyPosted: Bool
  public var unpaid: [UnpaidAmount]

  public init(entry: [EntryPart] = [], newlyPosted: Bool = false, unpaid: [UnpaidAmount] = []) {
    self.entry = entry
    self.newlyPosted = newlyPosted
    self.unpaid = unpaid
  }
}

extension PayOutResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__PayOutResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__pay_out_response__init(twin) }

  init(lifting twin: Twin) {
    entry = lift(twin.entry, twin.n_entry)
    newlyPosted = twin.newly_posted != 0
    unpaid = lift(twin.unpaid, twin.n_unpaid)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_entry = entry.count
    twin.pointee.entry = try arena.list(entry)
    twin.pointee.newly_posted = newlyPosted ? 1 : 0
    twin.pointee.n_unpaid = unpaid.count
    twin.pointee.unpaid = try arena.list(unpaid)
  }
}

/// A balance that is not in a payout, and why.
public struct UnpaidAmount: WireMessage, Equatable {
  public var contributor: String
  public var amountNano: UInt64
  /// As `UnpaidBalance.Reason` spells it.
  public var reason: String

  public init(contributor: String = "", amountNano: UInt64 = 0, reason: String = "") {
    self.contributor = contributor
    self.amountNano = amountNano
    self.reason = reason
  }
}

extension UnpaidAmount: WireTwin {
  typealias Twin = Colophon__Attribution__V1__UnpaidAmount
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__unpaid_amount__init(twin) }

  init(lifting twin: Twin) {
    contributor = lift(twin.contributor)
    amountNano = twin.amount_nano
    reason = lift(twin.reason)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.amount_nano = amountNano
    twin.pointee.reason = try lowered(reason, in: arena)
  }
}

/// Asks for a payout that was posted.
public struct GetPayoutRequest: WireMessage, Equatable {
  public var payoutID: String

  public init(payoutID: String = "") {
    self.payoutID = payoutID
  }
}

extension GetPayoutRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__GetPayoutRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__get_payout_request__init(twin) }

  init(lifting twin: Twin) {
    payoutID = lift(twin.payout_id)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.payout_id = try lowered(payoutID, in: arena)
  }
}

/// A payout; none where none was posted.
public struct GetPayoutResponse: WireMessage, Equatable {
  public var entry: [EntryPart]

  public init(entry: [EntryPart] = []) {
    self.entry = entry
  }
}

extension GetPayoutResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__GetPayoutResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__get_payout_response__init(twin) }

  init(lifting twin: Twin) {
    entry = lift(twin.entry, twin.n_entry)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_entry = entry.count
    twin.pointee.entry = try arena.list(entry)
  }
}

/// Asks for the state of the ledger.
public struct LedgerStateRequest: WireMessage, Equatable {
  public init() {}
}

extension LedgerStateRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__LedgerStateRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__ledger_state_request__init(twin)
  }

  init(lifting twin: Twin) {}

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {}
}

/// What the ledger is after its last entry.
public struct LedgerStateResponse: WireMessage, Equatable {
  /// Number of the last entry.
  public var entry: UInt64
  /// Of the chain.
  public var head: [UInt8]
  /// Of the chain's head and all balances.
  public var digest: [UInt8]

  public init(entry: UInt64 = 0, head: [UInt8] = [], digest: [UInt8] = []) {
    self.entry = entry
    self.head = head
    self.digest = digest
  }
}

extension LedgerStateResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__LedgerStateResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__ledger_state_response__init(twin)
  }

  init(lifting twin: Twin) {
    entry = twin.entry
    head = [UInt8](twin.head)
    digest = [UInt8](twin.digest)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.entry = entry
    twin.pointee.head = try arena.data(head)
    twin.pointee.digest = try arena.data(digest)
  }
}
