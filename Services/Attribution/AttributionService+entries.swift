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
  init(_ part: LedgerPart) {
    let entry = part.entry
    let lines = zip(part.firstLine..., entry.postings).map { line, posting in
      PostingLine(line: line, account: posting.account.description, amountNano: posting.amountNano)
    }
    self.init(
      number: entry.number, receiptID: entry.receiptID, event: entry.event.rawValue, execution: entry.execution.bytes,
      model: entry.model.bytes, policy: entry.policy.bytes, attribution: entry.attribution.bytes,
      receipt: entry.place?.receipt.bytes ?? [], logIndex: entry.place?.index ?? 0, lines: lines)
  }
}
