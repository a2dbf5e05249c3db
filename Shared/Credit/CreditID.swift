/// The ids of contributors, assets, roles, policies and owners: 1 to 256 printable ASCII characters without spaces.
///
/// Nothing else is an id, so that two ids that look alike are alike: Unicode has many spellings of one visible name, and
/// each would be another player. In ASCII the order of Swift strings, of their bytes and of every other language agree.
public enum CreditID {
  /// Who is paid where nobody is known: never an invented contributor.
  public static let unattributed = "unattributed"

  /// Bytes of an id.
  public static let byteCountMax = 256

  /// Whether `id` can be an id at all.
  public static func isValid(_ id: String) -> Bool {
    guard (1...byteCountMax).contains(id.utf8.count) else { return false }
    return id.utf8.withContiguousStorageIfAvailable { $0.allSatisfy { (0x21...0x7e).contains($0) } }
      ?? id.utf8.allSatisfy { (0x21...0x7e).contains($0) }
  }

  /// The order in which ids break ties and are listed: by the bytes of their UTF-8.
  static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  static func check(_ id: String, _ what: String) throws(CreditError) {
    guard isValid(id) else { throw .invalidID(what: what, id) }
  }

  /// Names the first id that an earlier one equals.
  static func refuseDuplicates(_ ids: some Collection<String>, _ what: String) throws(CreditError) {
    // Most lists are in order, and what strictly ascends has none.
    if zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) { return }
    var seen = Set<String>(minimumCapacity: ids.count)
    for id in ids where !seen.insert(id).inserted { throw .duplicate(what: what, id) }
  }
}
