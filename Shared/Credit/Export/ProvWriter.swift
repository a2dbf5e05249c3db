internal import Codec
internal import Cryptography

/// PROV-JSON (W3C Member Submission, 24 April 2013): each receipt's attribution is an activity that used the statements of
/// execution, model and policy and generated that of the attribution. The answer is attributed to each contributor with
/// what is pending, the receipt in the log with what is settled. Each later act is an activity of its own: it used the
/// receipt's attribution and what was shown as evidence, and each contributor whose amounts it moved is associated with it.
struct ProvWriter: LedgerWriter {
  private let names: [String: String]
  /// One document is made in memory.
  private let entryCountMax: Int
  private(set) var book = LedgerBook()
  private var sections: [String: [JSONMember]] = [:]
  private var known: Set<String> = []

  init(names: [String: String], entryCountMax: Int = 1 << 18) {
    self.names = names
    self.entryCountMax = entryCountMax
  }

  mutating func add(_ entry: LedgerEntry) throws(CreditError) -> String {
    guard book.entryCount < entryCountMax else {
      throw .tooMany(
        what: "entries of a PROV document (beancount and csv have no limit)", count: book.entryCount + 1,
        limit: entryCountMax)
    }
    try book.add(entry)
    guard let origin = entry.origin, entry.event == .pending || entry.event == .settlement else {
      try act(entry)
      return ""
    }
    let attribution = statement(origin.attribution)
    switch entry.event {
    case .pending:
      let activity = "colophon:attribute-\(ExportText.name(origin.receiptID))"
      let time = JSON.string(UnixDay.time(unixMs: entry.unixMs))
      define("activity", activity, [JSONMember("prov:startTime", time), JSONMember("prov:endTime", time)])
      for digest in [origin.execution, origin.model, origin.policy] {
        relate("used", ("prov:activity", activity), ("prov:entity", statement(digest)))
      }
      relate("wasGeneratedBy", ("prov:entity", attribution), ("prov:activity", activity))
      let answer = "colophon:answer-\(ExportText.name(origin.receiptID))"
      define("entity", answer, [JSONMember("colophon:receipt_id", .string(origin.receiptID))])
      if let payer = entry.postings.first {
        relate(
          "wasAssociatedWith", ("prov:activity", activity), ("prov:agent", agent(payer.account.id)),
          [Self.amount(payer.amountNano), JSONMember("prov:role", "payer")])
      }
      attribute(answer, entry)
    default:
      guard let place = entry.place else { return "" }
      let receipt = statement(place.receipt)
      relate(
        "wasDerivedFrom", ("prov:generatedEntity", receipt), ("prov:usedEntity", attribution),
        [JSONMember("colophon:log_index", .decimal(place.index))])
      attribute(receipt, entry)
    }
    return ""
  }

  func end() -> String {
    let prefix = JSONMember("prefix", ["colophon": "urn:colophon:"])
    let members = sections.sorted { $0.key < $1.key }.map { JSONMember($0.key, .object($0.value)) }
    return JSON.object([prefix] + members).text + "\n"
  }

  /// Of what comes after the settlement.
  private mutating func act(_ entry: LedgerEntry) throws(CreditError) {
    let activity = "colophon:act-\(entry.number)"
    let time = JSON.string(UnixDay.time(unixMs: entry.unixMs))
    define(
      "activity", activity,
      [
        JSONMember("prov:startTime", time), JSONMember("prov:endTime", time),
        JSONMember("colophon:event", .string(entry.event.rawValue)), JSONMember("colophon:key", .string(entry.key)),
        JSONMember("colophon:detail", .string(entry.detail)),
      ])
    let evidence = try LedgerDetail(event: entry.event, text: entry.detail).act.evidence
    for digest in [entry.origin?.attribution, evidence].compactMap({ $0 }) {
      relate("used", ("prov:activity", activity), ("prov:entity", statement(digest)))
    }
    for posting in entry.postings {
      relate(
        "wasAssociatedWith", ("prov:activity", activity), ("prov:agent", agent(posting.account.id)),
        [Self.amount(posting.amountNano), JSONMember("prov:role", .string(posting.account.kind))])
    }
  }

  private mutating func attribute(_ entity: String, _ entry: LedgerEntry) {
    for share in entry.shares {
      relate(
        "wasAttributedTo", ("prov:entity", entity), ("prov:agent", agent(share.contributor)),
        [Self.amount(Int64(share.amountNano)), JSONMember("colophon:state", .string(entry.event.rawValue))])
    }
  }

  private mutating func agent(_ id: String) -> String {
    let name = "colophon:party-\(ExportText.name(id))"
    let label = JSONMember("prov:label", .string(names[id] ?? id))
    define("agent", name, [JSONMember("colophon:id", .string(id)), label])
    return name
  }

  private mutating func statement(_ digest: Digest32) -> String {
    let name = "colophon:statement-\(digest.hex)"
    define("entity", name, [JSONMember("colophon:digest", .string("sha256:\(digest.hex)"))])
    return name
  }

  private mutating func define(_ section: String, _ name: String, _ members: [JSONMember]) {
    guard known.insert(name).inserted else { return }
    sections[section, default: []].append(JSONMember(name, .object(members)))
  }

  private mutating func relate(
    _ section: String, _ subject: (String, String), _ object: (String, String), _ more: [JSONMember] = []
  ) {
    let ends = [JSONMember(subject.0, .string(subject.1)), JSONMember(object.0, .string(object.1))]
    let number = sections[section, default: []].count
    sections[section, default: []].append(JSONMember("_:\(section)\(number)", .object(ends + more)))
  }

  private static func amount(_ nano: Int64) -> JSONMember {
    JSONMember("colophon:amount_nano", ["$": .string(String(nano)), "type": "xsd:long"])
  }
}
