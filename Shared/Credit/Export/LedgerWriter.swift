/// Writes the entries of a ledger, each as it comes, in one format.
public protocol LedgerWriter: Sendable {
  /// What the next entry adds to the file. Errors: those of ``LedgerBook/add(_:)``; none of it is to be written then.
  mutating func add(_ entry: LedgerEntry) throws(CreditError) -> String
  /// What ends the file.
  mutating func end() throws(CreditError) -> String
  /// The ledger as written so far.
  var book: LedgerBook { get }
}

/// The formats in which a ledger leaves the suite. Amounts are whole nano-units in all of them, so that nothing is rounded.
public enum LedgerFormat: String, CaseIterable, Sendable {
  /// Beancount 2 and 3: `bean-check` accepts it, with an assertion of every balance.
  case beancount
  /// RFC 4180, a line each posting.
  case csv
  /// W3C PROV-JSON: which answers are attributed to whom, by which statements.
  case provJSON = "prov-json"
  /// CycloneDX 1.6: the models with what each contributor earned by them.
  case cycloneDX = "cyclonedx"

  /// - Parameter names: display names by the id of contributor or owner, in any text; who has none goes by the id.
  public func writer(names: [String: String] = [:]) -> any LedgerWriter {
    switch self {
    case .beancount: BeancountWriter(names: names)
    case .csv: CSVWriter(names: names)
    case .provJSON: ProvWriter(names: names)
    case .cycloneDX: CycloneDXWriter(names: names)
    }
  }
}
