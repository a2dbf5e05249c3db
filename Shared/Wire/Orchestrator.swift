// Proto/colophon/orchestrator/v1/orchestrator.proto. The orchestrator's own RPC face.

internal import CWire

/// Asks for one receipt.
public struct GetReceiptRequest: WireMessage, Equatable {
  /// A receipt id or a chat completion id.
  public var id: String

  public init(id: String = "") {
    self.id = id
  }
}

extension GetReceiptRequest: WireTwin {
  typealias Twin = Colophon__Orchestrator__V1__GetReceiptRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__orchestrator__v1__get_receipt_request__init(twin)
  }

  init(lifting twin: Twin) {
    id = lift(twin.id)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.id = try lowered(id, in: arena)
  }
}

/// `Receipt` of the proto: how far one request has come, and its signed receipt.
public struct ReceiptRecord: WireMessage, Equatable {
  public var receiptID: String
  public var completionID: String
  /// One of accepted, executed, kept, attributed, verified, signed, published.
  public var state: String
  /// One of answered, refused, failed, cancelled.
  public var outcome: String
  public var sequence: UInt64
  /// COSE_Sign1, empty before `signed`.
  public var statement: [UInt8]
  /// Nil until the receipt is in the log.
  public var index: UInt64?

  public init(
    receiptID: String = "", completionID: String = "", state: String = "", outcome: String = "", sequence: UInt64 = 0,
    statement: [UInt8] = [], index: UInt64? = nil
  ) {
    self.receiptID = receiptID
    self.completionID = completionID
    self.state = state
    self.outcome = outcome
    self.sequence = sequence
    self.statement = statement
    self.index = index
  }
}

extension ReceiptRecord: WireTwin {
  typealias Twin = Colophon__Orchestrator__V1__Receipt
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__orchestrator__v1__receipt__init(twin) }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    completionID = lift(twin.completion_id)
    state = lift(twin.state)
    outcome = lift(twin.outcome)
    sequence = twin.sequence
    statement = [UInt8](twin.statement)
    index = twin.inclusion_case == COLOPHON__ORCHESTRATOR__V1__RECEIPT__INCLUSION_INDEX ? twin.index : nil
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.completion_id = try lowered(completionID, in: arena)
    twin.pointee.state = try lowered(state, in: arena)
    twin.pointee.outcome = try lowered(outcome, in: arena)
    twin.pointee.sequence = sequence
    twin.pointee.statement = try arena.data(statement)
    if let index {
      twin.pointee.inclusion_case = COLOPHON__ORCHESTRATOR__V1__RECEIPT__INCLUSION_INDEX
      twin.pointee.index = index
    }
  }
}
