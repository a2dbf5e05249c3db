internal import Credit
internal import Cryptography
internal import Metrics
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension AttributionService {
  /// Signs and posts the shares of one execution; of a receipt that waits for them, about that receipt. The same input always gets the same bytes; another input for the same
  /// receipt is `already_exists`.
  func attribute(_ input: AttributeRequest) async throws -> AttributeResponse {
    let id = try Self.receiptID(input.receiptID)
    let later = try LaterReceipt(input, id)
    let from = AttributionInput(
      receiptID: id, execution: SHA256.hash(input.executionStatement), model: SHA256.hash(input.modelStatement),
      priceNano: input.priceNano, receipt: later?.digest)
    do {
      // Only what was valid is kept, so that bytes that are known need not be read again.
      if let kept = try await ledger.attribution(for: from) {
        try Self.require(
          kept, of: try Self.scores(input), try Self.spans(input)?.spans, try Self.nearest(input)?.nearest,
          about: from.subject)
        return Self.response(kept)
      }
      let execution = try ExecutedRequest(
        receiptID: id, executionStatement: input.executionStatement, modelStatement: input.modelStatement)
      let scores = try Self.scores(input)
      guard scores == nil || scores?.lines.count == execution.documents else {
        throw RPCError(
          .invalidArgument, "documents has \(input.documents.count), the execution was shown \(execution.documents)")
      }
      if let scores { try Self.require(scores, input, of: execution, later, by: signer(of: id.unixMs).policy) }
      try later?.require(scores?.ownership?.registry)
      if let scores { try await requireOwners(scores) }
      let spans = try Self.spans(input)
      if let spans { try await require(spans, of: execution) }
      try later?.require(spans?.spans.registry)
      let nearest = try Self.nearest(input)
      if let nearest { try await require(nearest, of: execution) }
      try later?.require(nearest?.nearest.registry)
      let signed = try signer(of: id.unixMs).sign(
        execution, priceNano: input.priceNano, scores: scores, spans: spans?.spans, nearest: nearest?.nearest,
        about: from.subject)
      let kept = try await ledger.post(from, signed, owner: owner)
      try Self.require(kept, of: scores, spans?.spans, nearest?.nearest, about: from.subject)
      // Of two calls at once, the one whose bytes were kept counts.
      if kept.statement == signed.bytes { metrics.attributions.increment() }
      return Self.response(kept)
    } catch let error as CreditError {
      throw RPCError(.invalidArgument, "\(error)")
    } catch let error as ReceiptError {
      throw RPCError(.invalidArgument, "the shares cannot be signed: \(error)")
    } catch let error as LedgerError {
      throw error.rpcError ?? error
    }
  }

  /// Settles a receipt that is in the log. Repeated with the same digest and index it changes nothing.
  func settle(_ input: SettleRequest) async throws -> SettleResponse {
    let id = try Self.receiptID(input.receiptID)
    guard let receipt = try? Digest32(input.receiptDigest) else {
      throw RPCError(.invalidArgument, "receipt_digest has \(input.receiptDigest.count) bytes, it must have 32")
    }
    do {
      let settled = try await ledger.settle(id, receipt: receipt, index: input.index)
      if let settled {
        metrics.settlements.increment()
        metrics.nanoUnitsSettled.increment(by: Int64(clamping: settled))
      }
      return SettleResponse(newlySettled: settled != nil)
    } catch let error as LedgerError {
      throw error.rpcError ?? error
    }
  }

  /// What one contributor has earned; zero for one that nobody has credited.
  func balance(_ input: GetBalanceRequest) async throws -> LedgerBalance {
    guard CreditID.isValid(input.contributor) else {
      throw RPCError(
        .invalidArgument,
        "contributor is no id: use 1 to \(CreditID.byteCountMax) printable ASCII characters without spaces")
    }
    let balance = try await ledger.balance(of: input.contributor)
    return LedgerBalance(
      contributor: input.contributor, pendingNano: balance.pendingNano, settledNano: balance.settledNano,
      escrowNano: balance.escrowNano, heldNano: balance.heldNano, paidNano: balance.paidNano,
      owedNano: balance.owedNano)
  }

  /// The policy that shares a receipt, or one of now.
  func policy(_ input: GetPolicyRequest) throws(RPCError) -> GetPolicyResponse {
    let time = input.receiptID.isEmpty ? unixMs : try Self.receiptID(input.receiptID).unixMs
    return GetPolicyResponse(policyStatement: signer(of: time).policyStatement.bytes)
  }

  /// Whoever signs for a time, in milliseconds since 1970.
  func signer(of unixMs: UInt64) -> AttributionSigner {
    if let nextSigner, nextSigner.policy.isEffective(unixMs: unixMs) { return nextSigner }
    return signer
  }

  static func receiptID(_ text: String) throws(RPCError) -> ReceiptID {
    guard let id = ReceiptID(text) else {
      throw RPCError(.invalidArgument, "receipt_id must be a UUIDv7 in lower case")
    }
    return id
  }

  private static func response(_ kept: KeptAttribution) -> AttributeResponse {
    AttributeResponse(attributionStatement: kept.statement, policyStatement: kept.policyStatement)
  }
}

extension LedgerError {
  /// What a caller is told; nil for faults of the ledger itself, which are for the log.
  var rpcError: RPCError? {
    switch self {
    case .attributedOtherwise, .settledOtherwise, .paidOtherwise: RPCError(.alreadyExists, description)
    case .notAttributed, .unknownDispute, .unknownPayout: RPCError(.notFound, description)
    case .indexTooLarge: RPCError(.invalidArgument, description)
    case .balanceTooLarge, .queueFull: RPCError(.resourceExhausted, description)
    case .statement, .unknownPolicy, .policyChanged, .damaged: nil
    }
  }
}
