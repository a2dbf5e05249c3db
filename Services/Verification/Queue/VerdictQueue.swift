internal import Cryptography
internal import Logging
internal import NIOCore
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// Verdicts that are made later: what is asked for goes into durable rows, and workers bring each receipt's verdict into
/// the log.
struct VerdictQueue: Sendable {
  let store: VerdictStore
  let log: LogAccess
  let logger: Logger
  /// Milliseconds since 1970.
  var now: @Sendable () -> Int64 = { UnixClock.milliseconds() }

  /// Sees to it that a receipt gets its verdict.
  func request(_ input: VerdictRequest) async throws -> VerdictStatus {
    let (receipt, predicate, _) = try Self.read(input)
    if !input.supersedes.isEmpty { return try await requestAgain(input, predicate) }
    let row = try await refusing {
      try await store.ask(
        predicate.receiptID, receipt: receipt.digest, payload: Self.payload(input), unixMs: now())
    }
    return try await withSuperseding(Self.status(row), predicate.receiptID)
  }

  /// Sees to it that the verdict in force is superseded.
  private func requestAgain(_ input: VerdictRequest, _ predicate: ReceiptPredicate) async throws -> VerdictStatus {
    guard let supersedes = try? Digest32(input.supersedes) else {
      throw RPCError(.invalidArgument, "supersedes is no digest of 32 bytes")
    }
    guard (1...Superseded.reasonBytesMax).contains(input.reason.utf8.count) else {
      throw RPCError(.invalidArgument, "reason must have 1 to \(Superseded.reasonBytesMax) bytes: it is public")
    }
    let row = try await refusing {
      try await store.askAgain(
        predicate.receiptID, bound: predicate.statements?.verdict, supersedes: supersedes, reason: input.reason,
        payload: Self.payload(input), unixMs: now())
    }
    let status = VerdictStatus(
      state: row.state.rawValue, verdictStatement: row.state == .registered ? row.statement ?? [] : [],
      refusal: row.refusal ?? "")
    return try await withSuperseding(status, predicate.receiptID)
  }

  /// With all that are in the log.
  private func withSuperseding(_ status: VerdictStatus, _ id: ReceiptID) async throws -> VerdictStatus {
    var status = status
    status.supersedingStatements = try await store.superseding(id)
      .compactMap { $0.state == .registered ? $0.statement : nil }
    return status
  }

  /// Remembers a receipt until the draw of its epoch. One that is not of sampled verification, and whose attribution is
  /// pending, waits for the seed alone: at a rate of 0 nothing is selected.
  func enlist(_ input: VerdictRequest) async throws -> EnlistResponse {
    let (receipt, predicate, _) = try Self.read(input)
    let rate: Int
    switch predicate.verification {
    case .sample(let basisPoints): rate = basisPoints
    case _ where predicate.isAttributionPending: rate = 0
    default:
      throw RPCError(
        .invalidArgument,
        "receipt \(predicate.receiptID) is not of sampled verification, nor is its attribution pending")
    }
    guard input.index > 0, Int64(exactly: input.index) != nil else {
      throw RPCError(.invalidArgument, "index \(input.index) is none of a receipt in the log")
    }
    let sampled = SampledReceipt(
      receiptID: predicate.receiptID, receipt: receipt.digest, index: input.index, basisPoints: rate,
      payload: try Self.payload(input))
    try await refusing { try await store.enlist(sampled, unixMs: now()) }
    return EnlistResponse()
  }

  /// How far the verdict on a receipt has come, and what its draw said.
  func status(_ input: GetVerdictRequest) async throws -> VerdictStatus {
    guard let id = ReceiptID(input.receiptID) else {
      throw RPCError(.invalidArgument, "receipt_id \"\(input.receiptID.prefix(64))\" is no lower-case UUIDv7")
    }
    var status = try await withSuperseding(Self.status(try await store.row(id)), id)
    guard input.index > 0, let draw = try await store.draw(before: input.index) else { return status }
    status.drawStatement = draw.statement
    if draw.revealIndex != nil { status.revealStatement = draw.reveal ?? [] }
    return status
  }

  private static func status(_ row: VerdictRow?) -> VerdictStatus {
    guard let row else { return VerdictStatus() }
    return VerdictStatus(
      state: row.state.rawValue, verdictStatement: row.state == .registered ? row.statement ?? [] : [],
      refusal: row.refusal ?? "")
  }

  private static func read(
    _ input: VerdictRequest
  ) throws -> (receipt: SignedStatement, predicate: ReceiptPredicate, custody: CustodyPredicate) {
    do { return try QueuedExecution.read(input) } catch { throw RPCError(.invalidArgument, "\(error)") }
  }

  private static func payload(_ input: VerdictRequest) throws -> [UInt8] {
    Array(try input.wireBuffer().readableBytesView)
  }

  private func refusing<T>(_ work: () async throws -> T) async throws -> T {
    do { return try await work() } catch let error as VerdictError {
      switch error {
      case .otherReceipt: throw RPCError(.alreadyExists, "\(error)")
      case .notInForce, .tooMany: throw RPCError(.failedPrecondition, "\(error)")
      case .unreadable: throw error
      }
    }
  }
}
