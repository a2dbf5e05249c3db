internal import Credit
internal import Cryptography
internal import Metrics
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

extension AttributionService {
  /// The calls of payouts, disputes and adjustments.
  func addActs(to routes: ServiceRoutes) {
    routes.rpc.serve(AttributionProcedures.payOut) { input, _ in try await payOut(input) }
    routes.rpc.serve(AttributionProcedures.getPayout) { input, _ in try await payout(input) }
    routes.rpc.serve(AttributionProcedures.openDispute) { input, _ in try await open(input) }
    routes.rpc.serve(AttributionProcedures.closeDispute) { input, _ in try await close(input) }
    routes.rpc.serve(AttributionProcedures.listDisputes) { input, _ in try await disputes(input) }
    routes.rpc.serve(AttributionProcedures.adjust) { input, _ in try await adjust(input) }
    routes.rpc.serve(AttributionProcedures.getLedgerState) { _, _ in try await state() }
  }

  /// Pays out what is due by a day, to where the registry says that each contributor's money goes. The minimum is that of the
  /// policy that the service applies.
  ///
  /// A day that has not begun is refused: what is in escrow stays there for whoever may dispute it.
  func payOut(_ input: PayOutRequest) async throws -> PayOutResponse {
    guard LedgerEntry.isPayoutID(input.payoutID) else {
      throw RPCError(.invalidArgument, "payout_id must be 1 to 64 of a-z A-Z 0-9 . _ -")
    }
    let today = UnixDay(unixMs: unixMs)
    guard input.day <= UInt64(today.number), let day = Int(exactly: input.day) else {
      throw RPCError(
        .invalidArgument,
        "day \(input.day) has not begun, today is \(today.number) (\(today.text)); escrows end by themselves")
    }
    guard let format = PayoutTerms.Format(rawValue: input.format), let scale = Int(exactly: input.scale) else {
      let all = PayoutTerms.Format.allCases.map(\.rawValue).joined(separator: ", ")
      throw RPCError(
        .invalidArgument, "format must be one of \(all), and scale a number from 0 to \(PayoutTerms.scaleMax)")
    }
    return try await refusing {
      let terms = try PayoutTerms(format: format, asset: input.asset, scale: scale, from: input.from)
      let order = PayoutOrder(
        id: input.payoutID, day: day, minimumNano: signer(of: unixMs).policy.minimumPayoutNano, terms: terms)
      let (posted, unpaid) = try await ledger.pay(order, references: references(), unixMs: unixMs)
      if posted?.isNew == true { metrics.payouts.increment() }
      return PayOutResponse(
        entry: posted.map { [EntryPart($0.entry)] } ?? [], newlyPosted: posted?.isNew ?? false,
        unpaid: unpaid.map {
          UnpaidAmount(contributor: $0.contributor, amountNano: $0.amountNano, reason: $0.reason.rawValue)
        })
    }
  }

  func payout(_ input: GetPayoutRequest) async throws -> GetPayoutResponse {
    guard LedgerEntry.isPayoutID(input.payoutID) else {
      throw RPCError(.invalidArgument, "payout_id must be 1 to 64 of a-z A-Z 0-9 . _ -")
    }
    return GetPayoutResponse(entry: try await ledger.payout(input.payoutID).map { [EntryPart($0)] } ?? [])
  }

  func state() async throws -> LedgerStateResponse {
    let state = try await ledger.state()
    return LedgerStateResponse(entry: state.number, head: state.head.bytes, digest: state.digest.bytes)
  }

  /// Where money goes, by contributor: as the log says, as far as it was followed.
  private func references() async throws -> [String: String] {
    var reader = RegistryReader()
    var start: UInt64 = 0
    while true {
      let page = try await contributions.page(from: start).contributions
      guard let last = page.last else { break }
      for item in page { reader.add(item.statement, at: item.index) }
      start = last.index + 1
    }
    return reader.registry.members.compactMapValues(\.contributor.payout)
  }

  var unixMs: UInt64 { UInt64(max(0, now())) * 1_000 }

  /// What a caller is told of an act that cannot be done.
  func refusing<T: Sendable>(_ work: () async throws -> T) async throws -> T {
    do { return try await work() } catch let error as CreditError {
      if case .refusedAct = error { throw RPCError(.failedPrecondition, "\(error)") }
      throw RPCError(.invalidArgument, "\(error)")
    } catch let error as LedgerError { throw error.rpcError ?? error }
  }
}
