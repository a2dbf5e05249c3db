// Proto/colophon/attribution/v1/ledger.proto. The ledger's entries.

internal import CWire

/// Asks for what follows a line of an entry; 0 and 0 from the beginning.
public struct ListEntriesRequest: WireMessage, Equatable {
  public var afterEntry: UInt64
  public var afterLine: UInt64

  public init(afterEntry: UInt64 = 0, afterLine: UInt64 = 0) {
    self.afterEntry = afterEntry
    self.afterLine = afterLine
  }
}

extension ListEntriesRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListEntriesRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_entries_request__init(twin)
  }

  init(lifting twin: Twin) {
    afterEntry = twin.after_entry
    afterLine = twin.after_line
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.after_entry = afterEntry
    twin.pointee.after_line = afterLine
  }
}

/// A page of entries; none at the end.
public struct ListEntriesResponse: WireMessage, Equatable {
  public var entries: [EntryPart]

  public init(entries: [EntryPart] = []) { self.entries = entries }
}

extension ListEntriesResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListEntriesResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_entries_response__init(twin)
  }

  init(lifting twin: Twin) { entries = lift(twin.entries, twin.n_entries) }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_entries = entries.count
    twin.pointee.entries = try arena.list(entries)
  }
}

/// Lines of one entry. A long entry comes in parts, each with the same head.
public struct EntryPart: WireMessage, Equatable {
  public var number: UInt64
  public var receiptID: String
  /// As `LedgerEntry.Event` spells it.
  public var event: String
  /// Digests of the statements, and of the receipt where it is settled.
  public var execution: [UInt8]
  public var model: [UInt8]
  public var policy: [UInt8]
  public var attribution: [UInt8]
  public var receipt: [UInt8]
  public var logIndex: UInt64
  public var lines: [PostingLine]
  public var key: String
  public var detail: String
  public var chain: [UInt8]

  public init(
    number: UInt64 = 0, receiptID: String = "", event: String = "", execution: [UInt8] = [], model: [UInt8] = [],
    policy: [UInt8] = [], attribution: [UInt8] = [], receipt: [UInt8] = [], logIndex: UInt64 = 0,
    lines: [PostingLine] = [], key: String = "", detail: String = "", chain: [UInt8] = []
  ) {
    self.number = number
    self.receiptID = receiptID
    self.event = event
    self.execution = execution
    self.model = model
    self.policy = policy
    self.attribution = attribution
    self.receipt = receipt
    self.logIndex = logIndex
    self.lines = lines
    self.key = key
    self.detail = detail
    self.chain = chain
  }
}

extension EntryPart: WireTwin {
  typealias Twin = Colophon__Attribution__V1__EntryPart
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__entry_part__init(twin) }

  init(lifting twin: Twin) {
    number = twin.number
    receiptID = lift(twin.receipt_id)
    event = lift(twin.event)
    execution = [UInt8](twin.execution)
    model = [UInt8](twin.model)
    policy = [UInt8](twin.policy)
    attribution = [UInt8](twin.attribution)
    receipt = [UInt8](twin.receipt)
    logIndex = twin.log_index
    lines = lift(twin.lines, twin.n_lines)
    key = lift(twin.key)
    detail = lift(twin.detail)
    chain = [UInt8](twin.chain)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.number = number
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.event = try lowered(event, in: arena)
    twin.pointee.execution = try arena.data(execution)
    twin.pointee.model = try arena.data(model)
    twin.pointee.policy = try arena.data(policy)
    twin.pointee.attribution = try arena.data(attribution)
    twin.pointee.receipt = try arena.data(receipt)
    twin.pointee.log_index = logIndex
    twin.pointee.n_lines = lines.count
    twin.pointee.lines = try arena.list(lines)
    twin.pointee.key = try lowered(key, in: arena)
    twin.pointee.detail = try lowered(detail, in: arena)
    twin.pointee.chain = try arena.data(chain)
  }
}

/// One posting of an entry.
public struct PostingLine: WireMessage, Equatable {
  /// From 1 on within the entry.
  public var line: UInt64
  public var account: String
  public var amountNano: Int64

  public init(line: UInt64 = 0, account: String = "", amountNano: Int64 = 0) {
    self.line = line
    self.account = account
    self.amountNano = amountNano
  }
}

extension PostingLine: WireTwin {
  typealias Twin = Colophon__Attribution__V1__PostingLine
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__posting_line__init(twin) }

  init(lifting twin: Twin) {
    line = twin.line
    account = lift(twin.account)
    amountNano = twin.amount_nano
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.line = line
    twin.pointee.account = try lowered(account, in: arena)
    twin.pointee.amount_nano = amountNano
  }
}
