internal import MerkleLog

extension TrustPolicy {
  /// Requires checks besides those that it requires already: names with commas between. `witnesses=N` asks for the
  /// cosignatures of that many of its witnesses, where it does not ask for more.
  public mutating func require(_ list: String) throws(ReceiptError) {
    for word in list.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let check = Self.check(parts[0]) else {
        let names = Check.Name.allCases.map(\.rawValue).joined(separator: ", ")
        throw .field("require", why: "\"\(word.prefix(40))\" is no check: they are \(names)")
      }
      if parts.count == 2 { try require(check, parts[1]) }
      if !required.contains(check) { required.append(check) }
    }
  }

  /// The check of that name; `re-execution`, as the word is spelt, is `reexecution`.
  private static func check(_ name: String) -> Check.Name? {
    name == "re-execution" ? .reexecution : Check.Name(rawValue: name)
  }

  private mutating func require(_ check: Check.Name, _ text: String) throws(ReceiptError) {
    guard check == .witnesses, let count = Int(text), count > 0 else {
      throw .field("require", why: "witnesses alone takes a number, of 1 and above")
    }
    do throws(CheckpointError) {
      log = try CheckpointPolicy(
        origin: log.origin, logKey: log.logKey, witnesses: log.witnesses, quorum: max(count, log.quorum))
    } catch { throw .field("require", why: "witnesses=\(count): \(error)") }
  }
}
