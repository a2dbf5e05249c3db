// Proto/colophon/attribution/v1, attribution.proto and ledger.proto. Shares and balances.

internal import CWire

/// Asks to share the price of one execution. Idempotent by receipt id.
public struct AttributeRequest: WireMessage, Equatable {
  public var receiptID: String
  public var executionStatement: [UInt8]
  public var modelStatement: [UInt8]
  public var priceNano: UInt64
  /// Of the documents in the prompt, in order; only beside scores.
  public var documents: [WireDocumentSource]
  /// The opening of their values: salt32, u64 length, data; empty when they have none.
  public var scores: [UInt8]
  /// The opening of the execution's content; only beside spans or nearest.
  public var content: [UInt8]
  /// The opening of what FindSpans gave; empty where nothing was looked for.
  public var spans: [UInt8]
  /// The opening of what FindNearest gave; empty where nothing was looked for.
  public var nearest: [UInt8]
  /// Of a later attribution; empty of an early one.
  public var receiptStatement: [UInt8]
  /// Of that receipt in the log.
  public var receiptIndex: UInt64
  /// Of that receipt's epoch; where the scores are drawn, and nowhere else.
  public var revealStatement: [UInt8]

  public init(
    receiptID: String = "", executionStatement: [UInt8] = [], modelStatement: [UInt8] = [], priceNano: UInt64 = 0,
    documents: [WireDocumentSource] = [], scores: [UInt8] = [], content: [UInt8] = [], spans: [UInt8] = [],
    nearest: [UInt8] = [], receiptStatement: [UInt8] = [], receiptIndex: UInt64 = 0,
    revealStatement: [UInt8] = []
  ) {
    self.receiptStatement = receiptStatement
    self.receiptIndex = receiptIndex
    self.revealStatement = revealStatement
    self.receiptID = receiptID
    self.executionStatement = executionStatement
    self.modelStatement = modelStatement
    self.priceNano = priceNano
    self.documents = documents
    self.scores = scores
    self.content = content
    self.spans = spans
    self.nearest = nearest
  }
}

extension AttributeRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__AttributeRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__attribute_request__init(twin) }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    executionStatement = [UInt8](twin.execution_statement)
    modelStatement = [UInt8](twin.model_statement)
    priceNano = twin.price_nano
    documents = lift(twin.documents, twin.n_documents)
    scores = [UInt8](twin.scores)
    content = [UInt8](twin.content)
    spans = [UInt8](twin.spans)
    nearest = [UInt8](twin.nearest)
    receiptStatement = [UInt8](twin.receipt_statement)
    receiptIndex = twin.receipt_index
    revealStatement = [UInt8](twin.reveal_statement)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.execution_statement = try arena.data(executionStatement)
    twin.pointee.model_statement = try arena.data(modelStatement)
    twin.pointee.price_nano = priceNano
    twin.pointee.n_documents = documents.count
    twin.pointee.documents = try arena.list(documents)
    twin.pointee.scores = try arena.data(scores)
    twin.pointee.content = try arena.data(content)
    twin.pointee.spans = try arena.data(spans)
    twin.pointee.nearest = try arena.data(nearest)
    twin.pointee.receipt_statement = try arena.data(receiptStatement)
    twin.pointee.receipt_index = receiptIndex
    twin.pointee.reveal_statement = try arena.data(revealStatement)
  }
}

/// The signed shares and the policy that made them.
public struct AttributeResponse: WireMessage, Equatable {
  /// COSE_Sign1.
  public var attributionStatement: [UInt8]
  /// COSE_Sign1.
  public var policyStatement: [UInt8]

  public init(attributionStatement: [UInt8] = [], policyStatement: [UInt8] = []) {
    self.attributionStatement = attributionStatement
    self.policyStatement = policyStatement
  }
}

extension AttributeResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__AttributeResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__attribute_response__init(twin) }

  init(lifting twin: Twin) {
    attributionStatement = [UInt8](twin.attribution_statement)
    policyStatement = [UInt8](twin.policy_statement)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.attribution_statement = try arena.data(attributionStatement)
    twin.pointee.policy_statement = try arena.data(policyStatement)
  }
}

/// Turns the pending postings of a receipt into settled ones.
public struct SettleRequest: WireMessage, Equatable {
  public var receiptID: String
  public var receiptDigest: [UInt8]
  public var index: UInt64

  public init(receiptID: String = "", receiptDigest: [UInt8] = [], index: UInt64 = 0) {
    self.receiptID = receiptID
    self.receiptDigest = receiptDigest
    self.index = index
  }
}

extension SettleRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__SettleRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__settle_request__init(twin) }

  init(lifting twin: Twin) {
    receiptID = lift(twin.receipt_id)
    receiptDigest = [UInt8](twin.receipt_digest)
    index = twin.index
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.receipt_digest = try arena.data(receiptDigest)
    twin.pointee.index = index
  }
}

/// Whether this call settled the receipt.
public struct SettleResponse: WireMessage, Equatable {
  public var newlySettled: Bool

  public init(newlySettled: Bool = false) {
    self.newlySettled = newlySettled
  }
}

extension SettleResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__SettleResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__settle_response__init(twin) }

  init(lifting twin: Twin) {
    newlySettled = twin.newly_settled != 0
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.newly_settled = newlySettled ? 1 : 0
  }
}

/// Asks what one contributor has earned.
public struct GetBalanceRequest: WireMessage, Equatable {
  public var contributor: String

  public init(contributor: String = "") {
    self.contributor = contributor
  }
}

extension GetBalanceRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__GetBalanceRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__get_balance_request__init(twin) }

  init(lifting twin: Twin) {
    contributor = lift(twin.contributor)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.contributor = try lowered(contributor, in: arena)
  }
}

/// `Balance` of the proto: what one contributor has earned, in nano-units.
public struct LedgerBalance: WireMessage, Equatable {
  public var contributor: String
  public var pendingNano: UInt64
  /// What the next payout may pay.
  public var settledNano: UInt64
  public var escrowNano: UInt64
  public var heldNano: UInt64
  public var paidNano: UInt64
  public var owedNano: UInt64

  public init(
    contributor: String = "", pendingNano: UInt64 = 0, settledNano: UInt64 = 0, escrowNano: UInt64 = 0,
    heldNano: UInt64 = 0, paidNano: UInt64 = 0, owedNano: UInt64 = 0
  ) {
    self.contributor = contributor
    self.pendingNano = pendingNano
    self.settledNano = settledNano
    self.escrowNano = escrowNano
    self.heldNano = heldNano
    self.paidNano = paidNano
    self.owedNano = owedNano
  }
}

extension LedgerBalance: WireTwin {
  typealias Twin = Colophon__Attribution__V1__Balance
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__balance__init(twin) }

  init(lifting twin: Twin) {
    contributor = lift(twin.contributor)
    pendingNano = twin.pending_nano
    settledNano = twin.settled_nano
    escrowNano = twin.escrow_nano
    heldNano = twin.held_nano
    paidNano = twin.paid_nano
    owedNano = twin.owed_nano
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.pending_nano = pendingNano
    twin.pointee.settled_nano = settledNano
    twin.pointee.escrow_nano = escrowNano
    twin.pointee.held_nano = heldNano
    twin.pointee.paid_nano = paidNano
    twin.pointee.owed_nano = owedNano
  }
}
