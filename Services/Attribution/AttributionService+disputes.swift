internal import Credit
internal import Cryptography
internal import Metrics
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension AttributionService {
  /// Holds what is contested of a receipt.
  func open(_ input: OpenDisputeRequest) async throws -> ActResponse {
    let receipt = try Self.receiptID(input.receiptID)
    let contest = LedgerAct.Contest(
      contributor: input.contributor.isEmpty ? nil : input.contributor,
      classID: input.classID.isEmpty ? nil : try Self.digest(input.classID, "class_id"),
      amountNano: input.amountNano == 0 ? nil : input.amountNano,
      evidence: try Self.digest(input.evidence, "evidence"))
    return try await refusing {
      let posted = try await ledger.open(contest, of: receipt, unixMs: unixMs)
      if posted.isNew { metrics.disputes.increment() }
      return ActResponse(posted)
    }
  }

  /// Upholds or rejects a dispute.
  func close(_ input: CloseDisputeRequest) async throws -> ActResponse {
    guard LedgerDetail.isID(input.disputeID) else {
      throw RPCError(.invalidArgument, "dispute_id must be 32 lower-case hexadecimal digits, as the dispute was named")
    }
    guard input.upheld || input.shares.isEmpty else {
      throw RPCError(.invalidArgument, "a rejected dispute gives nobody anything: leave out the shares")
    }
    let evidence = try Self.digest(input.evidence, "evidence")
    let shares = input.upheld ? try Self.shares(input.shares) : nil
    return try await refusing {
      ActResponse(try await ledger.close(input.disputeID, shares: shares, evidence: evidence, unixMs: unixMs))
    }
  }

  /// Changes whom a receipt credits.
  func adjust(_ input: AdjustRequest) async throws -> ActResponse {
    let receipt = try Self.receiptID(input.receiptID)
    guard let reason = LedgerAct.Adjustment.Reason(rawValue: input.reason) else {
      let all = LedgerAct.Adjustment.Reason.allCases.map(\.rawValue).joined(separator: ", ")
      throw RPCError(.invalidArgument, "reason must be one of \(all)")
    }
    let adjustment = LedgerAct.Adjustment(
      reason: reason, evidence: try Self.digest(input.evidence, "evidence"), shares: try Self.shares(input.shares))
    return try await refusing {
      let posted = try await ledger.adjust(receipt, adjustment, unixMs: unixMs)
      if posted.isNew { metrics.adjustments.increment() }
      return ActResponse(posted)
    }
  }

  func disputes(_ input: ListDisputesRequest) async throws -> ListDisputesResponse {
    ListDisputesResponse(disputes: try await ledger.disputes(afterEntry: input.afterEntry).map(DisputeRecord.init))
  }

  /// In the order of ids, so that the same shares are the same act.
  private static func shares(_ shares: [CreditShare]) throws(RPCError) -> [Share] {
    guard shares.count <= sharesCountMax else {
      throw RPCError(.invalidArgument, "\(shares.count) shares, the limit of one call is \(sharesCountMax)")
    }
    for share in shares where !CreditID.isValid(share.contributor) {
      throw RPCError(.invalidArgument, "the contributor of a share is no id")
    }
    return shares.map { Share(contributor: $0.contributor, amountNano: $0.amountNano) }
      .sorted { $0.contributor.utf8.lexicographicallyPrecedes($1.contributor.utf8) }
  }

  private static var sharesCountMax: Int { 1_000 }

  private static func digest(_ bytes: [UInt8], _ name: String) throws(RPCError) -> Digest32 {
    guard let digest = try? Digest32(bytes) else {
      throw RPCError(.invalidArgument, "\(name) has \(bytes.count) bytes, it must have 32")
    }
    return digest
  }
}

extension ActResponse {
  init(_ posted: PostedAct) {
    self.init(id: posted.id, newlyPosted: posted.isNew, entry: [EntryPart(posted.entry)])
  }
}

extension DisputeRecord {
  init(_ found: LedgerDispute) {
    let dispute = found.dispute
    self.init(
      entry: found.entry, disputeID: dispute.id, receiptID: found.receiptID, state: dispute.state.rawValue,
      contributor: dispute.contest.contributor ?? "", classID: dispute.contest.classID?.bytes ?? [],
      evidence: dispute.contest.evidence.bytes, openedUnixMs: dispute.openedUnixMs,
      held: dispute.held.map { CreditShare(contributor: $0.contributor, amountNano: $0.amountNano) })
  }
}
