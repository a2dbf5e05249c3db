// Proto/colophon/verification/v1/verification.proto. Re-execution.

internal import CWire

/// Asks to re-execute one answer from its openings.
public struct ReexecuteRequest: WireMessage, Equatable {
  public var executionStatement: [UInt8]
  public var modelStatement: [UInt8]
  public var openings: [WireOpening]
  /// Set for a later verdict, empty for an early one.
  public var receiptDigest: [UInt8]
  /// Of `ScoreDocuments`: a part of the sets, in the order in which the first document changes least often.
  public var firstSet: UInt32
  /// 0: all of them.
  public var setCount: UInt32
  /// Likewise: these sets and no others, 32 bytes each (`DocumentSet`).
  public var sets: [UInt8]

  public init(
    executionStatement: [UInt8] = [], modelStatement: [UInt8] = [], openings: [WireOpening] = [],
    receiptDigest: [UInt8] = [], firstSet: UInt32 = 0, setCount: UInt32 = 0, sets: [UInt8] = []
  ) {
    self.sets = sets
    self.firstSet = firstSet
    self.setCount = setCount
    self.executionStatement = executionStatement
    self.modelStatement = modelStatement
    self.openings = openings
    self.receiptDigest = receiptDigest
  }
}

extension ReexecuteRequest: WireTwin {
  typealias Twin = Colophon__Verification__V1__ReexecuteRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__verification__v1__reexecute_request__init(twin) }

  init(lifting twin: Twin) {
    executionStatement = [UInt8](twin.execution_statement)
    modelStatement = [UInt8](twin.model_statement)
    openings = lift(twin.openings, twin.n_openings)
    receiptDigest = [UInt8](twin.receipt_digest)
    firstSet = twin.first_set
    setCount = twin.set_count
    sets = [UInt8](twin.sets)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.execution_statement = try arena.data(executionStatement)
    twin.pointee.model_statement = try arena.data(modelStatement)
    twin.pointee.n_openings = openings.count
    twin.pointee.openings = try arena.list(openings)
    twin.pointee.receipt_digest = try arena.data(receiptDigest)
    twin.pointee.first_set = firstSet
    twin.pointee.set_count = setCount
    twin.pointee.sets = try arena.data(sets)
  }
}

/// `Opening` of the proto: what opens one commitment, `salt32, u64 length, data` (FORMAT section 1).
public struct WireOpening: WireMessage, Equatable {
  /// Request, message/<i>, content, tokens, activation.
  public var field: String
  public var blob: [UInt8]

  public init(field: String = "", blob: [UInt8] = []) {
    self.field = field
    self.blob = blob
  }
}

extension WireOpening: WireTwin {
  typealias Twin = Colophon__Verification__V1__Opening
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__verification__v1__opening__init(twin) }

  init(lifting twin: Twin) {
    field = lift(twin.field)
    blob = [UInt8](twin.blob)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.field = try lowered(field, in: arena)
    twin.pointee.blob = try arena.data(blob)
  }
}

/// The signed verdict, and what it found.
public struct ReexecuteResponse: WireMessage, Equatable {
  /// COSE_Sign1.
  public var verdictStatement: [UInt8]
  public var agrees: Bool
  /// What differs, for people.
  public var finding: String
  /// Of the first generated token that differs; nil when none does.
  public var firstPosition: UInt32?

  public init(
    verdictStatement: [UInt8] = [], agrees: Bool = false, finding: String = "", firstPosition: UInt32? = nil
  ) {
    self.verdictStatement = verdictStatement
    self.agrees = agrees
    self.finding = finding
    self.firstPosition = firstPosition
  }
}

extension ReexecuteResponse: WireTwin {
  typealias Twin = Colophon__Verification__V1__ReexecuteResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__verification__v1__reexecute_response__init(twin) }

  init(lifting twin: Twin) {
    verdictStatement = [UInt8](twin.verdict_statement)
    agrees = twin.agrees != 0
    finding = lift(twin.finding)
    if twin.divergence_case == COLOPHON__VERIFICATION__V1__REEXECUTE_RESPONSE__DIVERGENCE_FIRST_POSITION {
      firstPosition = twin.first_position
    }
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.verdict_statement = try arena.data(verdictStatement)
    twin.pointee.agrees = agrees ? 1 : 0
    twin.pointee.finding = try lowered(finding, in: arena)
    if let firstPosition {
      twin.pointee.divergence_case = COLOPHON__VERIFICATION__V1__REEXECUTE_RESPONSE__DIVERGENCE_FIRST_POSITION
      twin.pointee.first_position = firstPosition
    }
  }
}

/// The log-probability of one answer given each subset of its documents.
public struct DocumentValues: WireMessage, Equatable {
  /// FORMAT section 7, context-shapley/1: 2^n of i64, big-endian.
  public var values: [UInt8]

  public init(values: [UInt8] = []) {
    self.values = values
  }
}

extension DocumentValues: WireTwin {
  typealias Twin = Colophon__Verification__V1__DocumentValues
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__verification__v1__document_values__init(twin) }

  init(lifting twin: Twin) {
    values = [UInt8](twin.values)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.values = try arena.data(values)
  }
}
