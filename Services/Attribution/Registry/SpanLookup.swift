internal import Credit
internal import Cryptography
internal import Receipts
internal import ServiceKit

/// What spans of answers are looked for with: the policy's parameters, the published table that it names, and the texts of
/// collections.
struct SpanLookup: Sendable {
  let policy: SpanParameters
  let rarity: RarityTable
  let texts: SpanTexts

  /// Nil for a policy without `span/1`. Errors: `SettingsError`, also for another table than the policy names.
  init?(_ settings: AttributionSettings) throws {
    guard let policy = settings.policy.spans else { return nil }
    self.policy = policy
    rarity = try Self.table(settings.rarityTable, policy)
    guard let folder = settings.collections else {
      texts = try SpanTexts([])
      return
    }
    do { texts = try SpanTexts(FolderFiles.read(folder, bytesMax: NearCopies.bytesMax)) } catch {
      throw Self.invalid(AttributionSettings.collections, folder, "cannot be read: \(error)")
    }
  }

  private static func table(_ path: String?, _ policy: SpanParameters) throws -> RarityTable {
    let name = AttributionSettings.rarityTable
    let wanted = "sha256:\(policy.rarityTable.hex), which the policy names for span/1"
    guard let path else {
      throw invalid(
        name, "", "is not set: give the file with the digest \(wanted) (colophon credit rarity makes such files)")
    }
    let table: RarityTable
    do { table = try RarityTable(file: SmallFile.read(path, limit: RarityTable.fileBytes)) } catch {
      throw invalid(name, path, "cannot be read: \(error)")
    }
    guard table.digest == policy.rarityTable else {
      throw invalid(name, path, "has the digest sha256:\(table.digest.hex), it must have \(wanted)")
    }
    return table
  }

  private static func invalid(_ name: String, _ value: String, _ why: String) -> SettingsError {
    .invalid(name: name, value: value, source: "the settings", why: why)
  }

  /// The texts that are registered at one size of the log, indexed. Takes seconds for many: not on an actor's thread.
  func form(
    in registry: Registry, at snapshot: RegistrySnapshot, continuing previous: RegisteredSpans?
  ) async throws -> RegisteredSpans {
    try await Task.detached {
      try RegisteredSpans(
        texts, in: registry, at: snapshot, policy: policy, rarity: rarity, continuing: previous)
    }.value
  }
}
