import Credit
import Cryptography
import RPC
import Receipts
import Wire

/// The ledger of an attribution service.
struct LedgerReader: Sendable {
  private static let timeout = Duration.seconds(60)

  let rpc: RPCClient

  /// Runs `work` with the attribution service of a data folder.
  static func with<T: Sendable>(_ data: DataOption, _ work: (LedgerReader) async throws -> T) async throws -> T {
    let service = try await ServiceAccess("attribution", data)
    let result: Result<T, any Error>
    do { result = .success(try await work(LedgerReader(rpc: try Peers.client(service.url, data)))) } catch {
      result = .failure(error)
    }
    await service.close()
    return try result.get()
  }

  func call<In: WireMessage, Out: WireMessage>(_ procedure: Procedure<In, Out>, _ input: In) async throws -> Out {
    do { return try await rpc.call(procedure, input, timeout: Self.timeout) } catch let error as RPCError {
      let status: Int32 =
        switch error.code {
        case .invalidArgument: 64
        case .notFound: 66
        case .failedPrecondition, .alreadyExists: 65
        default: 69
        }
      throw Failure("attribution: \(error.message)", status: status)
    }
  }

  /// Hands every entry to `take`, whole and in order.
  func entries(_ take: (LedgerEntry) throws -> Void) async throws {
    var request = ListEntriesRequest()
    var open: LedgerEntry?
    while true {
      let page = try await call(AttributionProcedures.listEntries, request).entries
      guard !page.isEmpty else { break }
      for part in page {
        let next = try Self.entry(part)
        if open?.number == next.number {
          open?.postings += next.postings
        } else {
          if let open { try take(open) }
          open = next
        }
        let first = part.number == request.afterEntry ? request.afterLine + 1 : 1
        guard part.lines.map(\.line) == Array(first..<first + UInt64(part.lines.count)), !part.lines.isEmpty,
          part.number >= request.afterEntry
        else { throw Failure("attribution: the lines of entry \(part.number) do not follow each other", status: 76) }
        request = ListEntriesRequest(afterEntry: part.number, afterLine: first + UInt64(part.lines.count) - 1)
      }
    }
    if let open { try take(open) }
  }

  /// The registry of the contributions that attribution has followed.
  func registry() async throws -> RegistryReader {
    var reader = RegistryReader()
    var request = ListContributionsRequest()
    while true {
      let page = try await call(AttributionProcedures.listContributions, request).contributions
      guard let last = page.last else { return reader }
      for item in page { reader.add(item.statement, at: item.index) }
      request.start = last.index + 1
    }
  }

  static func entry(_ part: EntryPart) throws -> LedgerEntry {
    let wrong = Failure("attribution: entry \(part.number) cannot be read", status: 76)
    guard let event = LedgerEntry.Event(rawValue: part.event) else { throw wrong }
    var origin: LedgerEntry.Origin?
    var unixMs: UInt64 = 0
    if event != .payout {
      let digests = [part.execution, part.model, part.policy, part.attribution].compactMap { try? Digest32($0) }
      guard let id = ReceiptID(part.receiptID), digests.count == 4 else { throw wrong }
      unixMs = id.unixMs
      origin = LedgerEntry.Origin(
        receiptID: id.description, execution: digests[0], model: digests[1], policy: digests[2],
        attribution: digests[3])
    }
    if event != .pending, event != .settlement {
      guard let detail = try? LedgerDetail(event: event, text: part.detail) else { throw wrong }
      unixMs = detail.unixMs
    }
    let postings = try part.lines.map { line in
      guard let account = Account(line.account) else { throw wrong }
      return Posting(account: account, amountNano: line.amountNano)
    }
    return LedgerEntry(
      number: part.number, key: part.key, unixMs: unixMs, event: event, origin: origin,
      place: (try? Digest32(part.receipt)).map { LedgerEntry.Place(receipt: $0, index: part.logIndex) },
      detail: part.detail, postings: postings, chain: try? Digest32(part.chain))
  }
}
