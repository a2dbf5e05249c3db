// Proto/colophon/verification/v1/verification.proto. Verdicts that come later.

internal import CWire

/// Asks for a verdict, or tells of a receipt that may be drawn.
public struct VerdictRequest: WireMessage, Equatable {
  public var receiptStatement: [UInt8]
  /// The one that the receipt binds.
  public var custodyStatement: [UInt8]
  /// Of the receipt in the log.
  public var index: UInt64
  /// Digest of the verdict whose place a new one is to take; empty when the first is asked for.
  public var supersedes: [UInt8]
  /// Why, public.
  public var reason: String

  public init(
    receiptStatement: [UInt8] = [], custodyStatement: [UInt8] = [], index: UInt64 = 0, supersedes: [UInt8] = [],
    reason: String = ""
  ) {
    self.supersedes = supersedes
    self.reason = reason
    self.receiptStatement = receiptStatement
    self.custodyStatement = custodyStatement
    self.index = index
  }
}

extension VerdictRequest: WireTwin {
  typealias Twin = Colophon__Verification__V1__VerdictRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__verification__v1__verdict_request__init(twin) }

  init(lifting twin: Twin) {
    receiptStatement = [UInt8](twin.receipt_statement)
    custodyStatement = [UInt8](twin.custody_statement)
    index = twin.index
    supersedes = [UInt8](twin.supersedes)
    reason = lift(twin.reason)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_statement = try arena.data(receiptStatement)
    twin.pointee.custody_statement = try arena.data(custodyStatement)
    twin.pointee.index = index
    twin.pointee.supersedes = try arena.data(supersedes)
    twin.pointee.reason = try lowered(reason, in: arena)
  }
}

public struct EnlistResponse: WireMessage, Equatable {
  public init() {}
}

extension EnlistResponse: WireTwin {
  typealias Twin = Colophon__Verification__V1__EnlistResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__verification__v1__enlist_response__init(twin) }

  init(lifting twin: Twin) {}

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {}
}

public struct GetVerdictRequest: WireMessage, Equatable {
  public var receiptID: String
  /// Of the receipt in the log; 0 shows no draw.
  public var index: UInt64

  public init(receiptID: String = "", index: UInt64 = 0) {
    self.receiptID = receiptID
    self.index = index
  }
}

extension GetVerdictRequest: WireTwin {
  typealias Twin = Colophon__Verification__V1__GetVerdictRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__verification__v1__get_verdict_request__init(twin)
  }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    index = twin.index
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.index = index
  }
}

/// How far a verdict has come.
public struct VerdictStatus: WireMessage, Equatable {
  /// `queued`, `signed`, `registered`, `refused`; empty: nobody asked.
  public var state: String
  /// COSE_Sign1, once it is registered.
  public var verdictStatement: [UInt8]
  /// Why there can be none.
  public var refusal: String
  public var drawStatement: [UInt8]
  public var revealStatement: [UInt8]
  /// Those in the log that supersede the first verdict, each the one before it.
  public var supersedingStatements: [[UInt8]]

  public init(
    state: String = "", verdictStatement: [UInt8] = [], refusal: String = "", drawStatement: [UInt8] = [],
    revealStatement: [UInt8] = [], supersedingStatements: [[UInt8]] = []
  ) {
    self.supersedingStatements = supersedingStatements
    self.state = state
    self.verdictStatement = verdictStatement
    self.refusal = refusal
    self.drawStatement = drawStatement
    self.revealStatement = revealStatement
  }
}

extension VerdictStatus: WireTwin {
  typealias Twin = Colophon__Verification__V1__VerdictStatus
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__verification__v1__verdict_status__init(twin) }

  init(lifting twin: Twin) {
    state = lift(twin.state)
    verdictStatement = [UInt8](twin.verdict_statement)
    refusal = lift(twin.refusal)
    drawStatement = [UInt8](twin.draw_statement)
    revealStatement = [UInt8](twin.reveal_statement)
    supersedingStatements = lift(twin.superseding_statements, twin.n_superseding_statements)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.state = try lowered(state, in: arena)
    twin.pointee.verdict_statement = try arena.data(verdictStatement)
    twin.pointee.refusal = try lowered(refusal, in: arena)
    twin.pointee.draw_statement = try arena.data(drawStatement)
    twin.pointee.reveal_statement = try arena.data(revealStatement)
    twin.pointee.n_superseding_statements = supersedingStatements.count
    twin.pointee.superseding_statements = try arena.list(supersedingStatements)
  }
}
