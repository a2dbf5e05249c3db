internal import Credit
internal import Cryptography
internal import Stores
internal import Wire

extension AttributionService {
  /// The next page of the ledger.
  func entries(_ input: ListEntriesRequest) async throws -> ListEntriesResponse {
    let parts = try await ledger.parts(afterEntry: input.afterEntry, line: input.afterLine)
    return ListEntriesResponse(entries: parts.map(EntryPart.init))
  }
}

extension EntryPart {
  init(_ part: LedgerPart) { self.init(part.entry, firstLine: part.firstLine) }

  init(_ entry: LedgerEntry, firstLine: UInt64 = 1) {
    let lines = zip(firstLine..., entry.postings).map { line, posting in
      PostingLine(line: line, account: posting.account.description, amountNano: posting.amountNano)
    }
    let origin = entry.origin
    self.init(
      number: entry.number, receiptID: origin?.receiptID ?? "", event: entry.event.rawValue,
      execution: origin?.execution.bytes ?? [], model: origin?.model.bytes ?? [], policy: origin?.policy.bytes ?? [],
      attribution: origin?.attribution.bytes ?? [], receipt: entry.place?.receipt.bytes ?? [],
      logIndex: entry.place?.index ?? 0, lines: lines, key: entry.key, detail: entry.detail,
      chain: entry.chain?.bytes ?? [])
  }
}
