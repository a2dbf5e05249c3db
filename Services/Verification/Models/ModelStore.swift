internal import Cryptography
internal import Evidence
internal import Exact
internal import Receipts
internal import Synchronization

/// Models by the digest of their manifest, loaded when first asked for: from a folder, or with weights that were fetched.
final class ModelStore: Sendable {
  struct Missing: Error, Sendable, CustomStringConvertible {
    let description: String
  }

  private let settings: VerificationSettings
  /// Nil where there is no storage to fetch from.
  private let cache: ModelCache?
  /// Least recently used first.
  private let loaded = Mutex<[(digest: Digest32, model: ChatModel)]>([])

  init(_ settings: VerificationSettings, cache: ModelCache? = nil) {
    self.settings = settings
    self.cache = cache
  }

  /// Sees to it that there are weights to load a model with. Whether they had to be fetched.
  func provide(_ manifest: ModelManifest, digest: Digest32) async throws -> Bool {
    guard let cache, !loaded.withLock({ $0.contains { $0.digest == digest } }),
      try !ModelFolder.all(in: settings.models).contains(where: { Self.describes($0, digest) })
    else { return false }
    return try await cache.provide(manifest)
  }

  /// The model that `manifest` describes. Blocks while it loads: call it on the engine's thread.
  func model(_ manifest: ModelManifest, digest: Digest32) throws -> ChatModel {
    let found = loaded.withLock { loaded -> ChatModel? in
      guard let at = loaded.firstIndex(where: { $0.digest == digest }) else { return nil }
      let entry = loaded.remove(at: at)
      loaded.append(entry)
      return entry.model
    }
    if let found { return found }
    let model = try load(manifest, digest)
    loaded.withLock { loaded in
      loaded.append((digest, model))
      if loaded.count > settings.modelsMax { loaded.removeFirst(loaded.count - settings.modelsMax) }
    }
    return model
  }

  private func load(_ manifest: ModelManifest, _ digest: Digest32) throws -> ChatModel {
    var why = "no folder of \(settings.models) has a model with the manifest \(digest)"
    for folder in try ModelFolder.all(in: settings.models) where Self.describes(folder, digest) {
      do { return try open(folder.weightsPath(), as: manifest) } catch {
        why = "the model in \(folder.name) cannot be used: \(error)"
      }
    }
    if let path = cache?.path(of: manifest.fileDigest) {
      do { return try open(path, as: manifest) } catch {
        why = "the weights that were fetched cannot be used: \(error) (if they were damaged since, remove \(path))"
      }
    }
    throw Missing(description: why)
  }

  private func open(_ path: String, as manifest: ModelManifest) throws -> ChatModel {
    let model = try ChatModel.load(path: path, kernel: settings.kernel, threads: settings.threads)
    try model.identity.require(ModelIdentity(manifest))
    return model
  }

  /// A folder whose manifest cannot be read describes nothing that anybody asks for.
  private static func describes(_ folder: ModelFolder, _ digest: Digest32) -> Bool {
    guard let bytes = try? folder.manifest(), let statement = try? SignedStatement(bytes),
      statement.statement.kind == .model, let manifest = try? ModelManifest(statement.statement.predicate)
    else { return false }
    return (try? manifest.digest()) == digest
  }
}
