import Credit
import Cryptography
import Receipts
import ServiceKit

/// What spans are found again with.
struct SpanSources {
  /// Nil: the log is not asked.
  let data: DataOption?
  /// Of the texts that attribution had.
  let collections: String?
  /// The file that the policy names.
  let rarityTable: String?
}

extension CreditAudit {
  /// The stated spans against the opened ones; nil for a policy that looks for none.
  func spanRow(_ stated: StatedSpans?) -> Row? {
    guard policy.spans != nil || stated != nil else { return nil }
    func row(_ state: String, _ detail: String) -> Row { Row(name: "spans", state: state, detail: detail) }
    guard let stated else { return row(Row.closed, "no spans were looked for in this answer") }
    guard let spans else {
      return row(Row.closed, "the spans of the answer are not opened: its owner's bundle opens them")
    }
    let due = spans.stated
    guard stated.commitment == due.commitment else {
      return row(Row.differs, "the opened spans are not those that were committed to")
    }
    guard stated == due else {
      return row(
        Row.differs,
        "stated \(stated.spans) spans of \(stated.tokens) words under \(stated.root), recomputed \(due.spans) of "
          + "\(due.tokens) under \(due.root)")
    }
    return row(
      Row.equal,
      "\(due.spans) lines of \(AnswerSpans.method)" + (spans.lines.isEmpty ? "" : ": ")
        + spans.lines.map(Self.text).joined(separator: ", "))
  }

  /// The spans found again, from the log and the texts; nil where none are opened.
  func matches(_ sources: SpanSources) async throws -> Row? {
    guard let spans, let parameters = policy.spans else { return nil }
    func row(_ state: String, _ detail: String) -> Row { Row(name: "matches", state: state, detail: detail) }
    let size = spans.registry.size
    guard let data = sources.data, let folder = sources.collections else {
      return row(Row.closed, "--registry and --collections FOLDER find them again in the texts of \(size) entries")
    }
    guard let rarity = try table(sources.rarityTable, parameters) else {
      return row(Row.closed, "--rarity-table FILE: the policy wants a rarity, by a table that it names")
    }
    guard let reader = try await RegistryClient.read(data, ofLogWith: spans.registry) else {
      return row(Row.differs, "the log had no tree of \(size) entries with this root")
    }
    let registered = try RegisteredSpans(
      SpanTexts(FolderFiles.read(folder, bytesMax: 64 << 20)), in: reader.registry, at: spans.registry,
      policy: parameters, rarity: rarity)
    let due = try registered.lines(answer)
    let others =
      registered.registry.records == spans.registry.records
      ? "" : "; the texts of --collections are others than those of then"
    if let difference = Self.difference(spans.lines, due, "found", Self.text) {
      return row(Row.differs, difference + others)
    }
    guard others.isEmpty else { return row(Row.differs, "at no line\(others)") }
    return row(Row.equal, "\(due.count) lines, in the texts registered in the log's first \(size) entries")
  }

  /// Nil where it is needed and not given. Where any span counts, whatever its rarity, no table is needed.
  private func table(_ path: String?, _ parameters: SpanParameters) throws -> RarityTable? {
    guard let path else { return parameters.rarityMin == 0 ? try RarityTable(costs: []) : nil }
    let table: RarityTable
    do { table = try RarityTable(file: SmallFile.read(path, limit: RarityTable.fileBytes)) } catch {
      throw Failure("\(path): \(error)", status: 65)
    }
    guard table.digest == parameters.rarityTable else {
      throw Failure(
        "\(path) has the digest sha256:\(table.digest.hex), the policy names sha256:\(parameters.rarityTable.hex)",
        status: 65)
    }
    return table
  }

  private static func text(_ line: SpanLine) -> String {
    "words \(line.start) to \(line.start + line.length - 1) of choice \(line.choice), \(line.tokens) paid, "
      + "\(line.contributor) (\(line.asset), committed at \(line.committed))"
  }
}
