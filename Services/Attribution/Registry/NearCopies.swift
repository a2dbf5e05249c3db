internal import Credit
internal import Cryptography
internal import Receipts
internal import ServiceKit

/// The texts of collections, among which near copies of a document are looked for as the policy says.
struct NearCopies: Sendable {
  /// Of all collections together.
  static let bytesMax = 64 << 20

  let near: NearTexts
  /// Tokens by the SHA-256 of a text.
  let texts: [Digest32: [UInt32]]

  /// - Parameter folder: of files and records (`CollectionTexts`); nil: there are none. Errors: `SettingsError`.
  init(_ near: NearTexts, folder: String?) throws {
    self.near = near
    guard let folder else {
      texts = [:]
      return
    }
    do { texts = try CollectionTexts.tokens(FolderFiles.read(folder, bytesMax: Self.bytesMax)) } catch {
      throw SettingsError.invalid(
        name: AttributionSettings.collections, value: folder, source: "the settings", why: "cannot be read: \(error)")
    }
  }

  /// The classes at one size of the log. Takes seconds for many texts: not on an actor's thread.
  func classes(in registry: Registry, at snapshot: RegistrySnapshot) async throws -> RegisteredClasses {
    try await Task.detached {
      try RegisteredClasses(texts, in: registry, size: snapshot.size, seed: snapshot.root, near: near)
    }.value
  }
}
