internal import Cryptography
internal import MerkleLog

/// A bundle as read: its statements with typed predicates. Reading trusts nothing; the checks do the rest.
struct Evidence {
  let bundle: Bundle
  let receipt: SignedStatement
  let receiptPredicate: ReceiptPredicate
  let execution: Part<ExecutionPredicate>?
  let custody: Part<CustodyPredicate>?
  let attribution: Part<AttributionPredicate>?
  let verdict: Part<VerdictPredicate>?
  let model: Part<ModelManifest>?
  let policy: SignedStatement?
  /// What stands in the log by itself: a later verdict, and the draw with its reveal.
  let later: Part<VerdictPredicate>?
  let draw: Part<DrawPredicate>?
  let reveal: Part<RevealPredicate>?
  /// Likewise, where the receipt says that its attribution is pending: that attribution, and the custody of its scores.
  let laterAttribution: Part<AttributionPredicate>?
  let laterCustody: Part<CustodyPredicate>?
  /// Verdicts that take the place of the first, each of the one before it.
  let superseding: [Part<VerdictPredicate>]
  let openings: [CommittedField: Opening]
  /// Why one of the bundle's openings cannot be read; the content check fails with it.
  let openingFailure: ReceiptError?

  /// A statement with what it says.
  struct Part<Predicate> {
    let signed: SignedStatement
    let predicate: Predicate
  }

  init(_ bundle: Bundle) throws(ReceiptError) {
    func read(_ kind: StatementKind, registered: Bool = false) throws(ReceiptError) -> SignedStatement? {
      guard let bytes = registered ? bundle.registered[kind]?.statement : bundle.statements[kind] else { return nil }
      return try read(kind, bytes)
    }
    func read(_ kind: StatementKind, _ bytes: [UInt8]) throws(ReceiptError) -> SignedStatement {
      let signed: SignedStatement
      do { signed = try SignedStatement(bytes) } catch {
        throw .field("\(kind) statement", why: "is refused: \(error)")
      }
      guard signed.statement.kind == kind else {
        throw .field("\(kind) statement", why: "is of kind \(signed.statement.kind)")
      }
      return signed
    }
    func part<P>(
      _ kind: StatementKind, registered: Bool = false, _ parse: (SignedStatement) throws(ReceiptError) -> P
    ) throws(ReceiptError) -> Part<P>? {
      guard let signed = try read(kind, registered: registered) else { return nil }
      return Part(signed: signed, predicate: try parse(signed))
    }
    let known: Set<StatementKind> = [.receipt, .execution, .custody, .attribution, .verdict, .model, .policy]
    if let other = bundle.statements.keys.first(where: { !known.contains($0) }) {
      throw .unknownField("bundle.statements.\(other)")
    }
    guard let receipt = try read(.receipt) else { throw .field("bundle.statements.receipt", why: "is missing") }
    self.bundle = bundle
    self.receipt = receipt
    receiptPredicate = try ReceiptPredicate(receipt.statement.predicate)
    execution = try part(.execution) { signed throws(ReceiptError) in try ExecutionPredicate(signed.statement.predicate)
    }
    custody = try part(.custody) { signed throws(ReceiptError) in try CustodyPredicate(signed.statement.predicate) }
    attribution = try part(.attribution) { signed throws(ReceiptError) in
      try AttributionPredicate(signed.statement.predicate)
    }
    verdict = try part(.verdict) { signed throws(ReceiptError) in try VerdictPredicate(signed.statement.predicate) }
    model = try part(.model) { signed throws(ReceiptError) in try ModelManifest(signed.statement.predicate) }
    policy = try read(.policy)
    later = try part(.verdict, registered: true) { signed throws(ReceiptError) in
      try VerdictPredicate(signed.statement.predicate)
    }
    draw = try part(.draw, registered: true) { signed throws(ReceiptError) in
      try DrawPredicate(signed.statement.predicate)
    }
    reveal = try part(.reveal, registered: true) { signed throws(ReceiptError) in
      try RevealPredicate(signed.statement.predicate)
    }
    laterAttribution = try part(.attribution, registered: true) { signed throws(ReceiptError) in
      try AttributionPredicate(signed.statement.predicate)
    }
    laterCustody = try part(.custody, registered: true) { signed throws(ReceiptError) in
      try CustodyPredicate(signed.statement.predicate)
    }
    var superseding: [Part<VerdictPredicate>] = []
    for item in bundle.superseding {
      let signed = try read(.verdict, item.statement)
      superseding.append(Part(signed: signed, predicate: try VerdictPredicate(signed.statement.predicate)))
    }
    self.superseding = superseding
    var openings: [CommittedField: Opening] = [:]
    var failure: ReceiptError?
    for (field, blob) in bundle.openings {
      do { openings[field] = try Opening(blob: blob) } catch {
        failure = .field("opening of \(field)", why: "\(error)")
      }
    }
    self.openings = openings
    openingFailure = failure
  }

  /// The statements whose `sub` is the receipt id.
  var aboutThisReceipt: [SignedStatement] {
    [receipt] + [execution?.signed, custody?.signed, attribution?.signed, verdict?.signed].compactMap { $0 }
  }

  /// Those whose signers are judged by the receipt's own entry.
  var all: [SignedStatement] { aboutThisReceipt + [model?.signed, policy].compactMap { $0 } }

  /// Those that have an entry of their own.
  var registered: [SignedStatement] {
    [later?.signed, draw?.signed, reveal?.signed, laterAttribution?.signed, laterCustody?.signed].compactMap { $0 }
  }

  /// The attribution: bound by the receipt, or later.
  var credited: Part<AttributionPredicate>? { attribution ?? laterAttribution }

  /// The verdict that was there first: bound by the receipt, or later.
  var firstVerdict: Part<VerdictPredicate>? { verdict ?? later }

  /// The verdict that holds: the last of those that supersede one another.
  var verdictInForce: Part<VerdictPredicate>? { superseding.last ?? firstVerdict }
}

/// A check that found something wrong; its text says what.
struct Refusal: Error {
  let why: String
  init(_ why: String) { self.why = why }
}
