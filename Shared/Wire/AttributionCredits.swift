// Proto/colophon/attribution/v1, attribution.proto and ledger.proto. Documents, the policy, and what one contributor is credited.

internal import CWire

/// `DocumentSource` of the proto: who is credited for a document.
public struct WireDocumentSource: WireMessage, Equatable {
  public var contributor: String
  /// May be empty.
  public var asset: String
  /// SHA-256 of its text; empty where the scores name no registry.
  public var record: [UInt8]
  /// Only where the policy looks for near copies.
  public var text: String

  public init(contributor: String = "", asset: String = "", record: [UInt8] = [], text: String = "") {
    self.contributor = contributor
    self.asset = asset
    self.record = record
    self.text = text
  }
}

extension WireDocumentSource: WireTwin {
  typealias Twin = Colophon__Attribution__V1__DocumentSource
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__document_source__init(twin) }

  init(lifting twin: Twin) {
    contributor = lift(twin.contributor)
    asset = lift(twin.asset)
    record = [UInt8](twin.record)
    text = lift(twin.text)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.asset = try lowered(asset, in: arena)
    twin.pointee.record = try arena.data(record)
    twin.pointee.text = try lowered(text, in: arena)
  }
}

/// Asks for the policy that attribution applies to a receipt.
public struct GetPolicyRequest: WireMessage, Equatable {
  /// Empty: to one of now.
  public var receiptID: String

  public init(receiptID: String = "") { self.receiptID = receiptID }
}

extension GetPolicyRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__GetPolicyRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__get_policy_request__init(twin) }

  init(lifting twin: Twin) { receiptID = lift(twin.receipt_id) }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
  }
}

/// The signed policy.
public struct GetPolicyResponse: WireMessage, Equatable {
  /// COSE_Sign1.
  public var policyStatement: [UInt8]

  public init(policyStatement: [UInt8] = []) {
    self.policyStatement = policyStatement
  }
}

extension GetPolicyResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__GetPolicyResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__get_policy_response__init(twin) }

  init(lifting twin: Twin) {
    policyStatement = [UInt8](twin.policy_statement)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.policy_statement = try arena.data(policyStatement)
  }
}

/// What one contributor is credited behind an entry.
public struct ListCreditsRequest: WireMessage, Equatable {
  public var contributor: String
  public var afterEntry: UInt64

  public init(contributor: String = "", afterEntry: UInt64 = 0) {
    self.contributor = contributor
    self.afterEntry = afterEntry
  }
}

extension ListCreditsRequest: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListCreditsRequest
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_credits_request__init(twin)
  }

  init(lifting twin: Twin) {
    contributor = lift(twin.contributor)
    afterEntry = twin.after_entry
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.contributor = try lowered(contributor, in: arena)
    twin.pointee.after_entry = afterEntry
  }
}

/// A page of credits; the end is one without any.
public struct ListCreditsResponse: WireMessage, Equatable {
  public var credits: [CreditedAmount]

  public init(credits: [CreditedAmount] = []) {
    self.credits = credits
  }
}

extension ListCreditsResponse: WireTwin {
  typealias Twin = Colophon__Attribution__V1__ListCreditsResponse
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) {
    colophon__attribution__v1__list_credits_response__init(twin)
  }

  init(lifting twin: Twin) {
    credits = lift(twin.credits, twin.n_credits)
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.n_credits = credits.count
    twin.pointee.credits = try arena.list(credits)
  }
}

/// What one contributor is credited of one receipt.
public struct CreditedAmount: WireMessage, Equatable {
  /// The pending entry's number.
  public var entry: UInt64
  public var receiptID: String
  public var amountNano: UInt64
  /// COSE_Sign1.
  public var attributionStatement: [UInt8]
  /// Of the receipt; nil before it is settled.
  public var logIndex: UInt64?

  public init(
    entry: UInt64 = 0, receiptID: String = "", amountNano: UInt64 = 0, attributionStatement: [UInt8] = [],
    logIndex: UInt64? = nil
  ) {
    self.entry = entry
    self.receiptID = receiptID
    self.amountNano = amountNano
    self.attributionStatement = attributionStatement
    self.logIndex = logIndex
  }
}

extension CreditedAmount: WireTwin {
  typealias Twin = Colophon__Attribution__V1__CreditedAmount
  static func prepare(_ twin: UnsafeMutablePointer<Twin>) { colophon__attribution__v1__credited_amount__init(twin) }

  init(lifting twin: Twin) {
    entry = twin.entry
    receiptID = lift(twin.receipt_id)
    amountNano = twin.amount_nano
    attributionStatement = [UInt8](twin.attribution_statement)
    if twin.settlement_case == COLOPHON__ATTRIBUTION__V1__CREDITED_AMOUNT__SETTLEMENT_LOG_INDEX {
      logIndex = twin.log_index
    }
  }

  func lower(to twin: UnsafeMutablePointer<Twin>, in arena: borrowing WireArena) throws(WireError) {
    twin.pointee.entry = entry
    twin.pointee.receipt_id = try lowered(receiptID, in: arena)
    twin.pointee.amount_nano = amountNano
    twin.pointee.attribution_statement = try arena.data(attributionStatement)
    if let logIndex {
      twin.pointee.settlement_case = COLOPHON__ATTRIBUTION__V1__CREDITED_AMOUNT__SETTLEMENT_LOG_INDEX
      twin.pointee.log_index = logIndex
    }
  }
}
