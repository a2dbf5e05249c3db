internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import ServiceKit

/// Weights that no folder has, fetched from storage by the digest that a manifest names. They are believed no more than those
/// of a folder: whoever loads them hashes what is mapped.
actor ModelCache {
  /// Brings so many bytes of a blob to a path, or the rest of them.
  typealias Fetch = @Sendable (_ digest: Digest32, _ bytes: UInt64, _ path: String) async throws -> Void

  private let folder: CacheFolder
  private let bytesMax: UInt64
  private let logger: Logger
  private let fetch: Fetch
  /// Files on their way in, with the sizes that they will have.
  private var fetching: [String: UInt64] = [:]

  init(folder: String, bytesMax: UInt64, logger: Logger, fetch: @escaping Fetch) {
    self.folder = CacheFolder(path: folder)
    self.bytesMax = bytesMax
    self.logger = logger
    self.fetch = fetch
  }

  /// Where the weights are; nil when they are not here.
  nonisolated func path(of digest: Digest32) -> String? {
    folder.has(Self.name(digest)) ? folder.path(of: Self.name(digest)) : nil
  }

  private static func name(_ digest: Digest32) -> String { "\(digest.hex).gguf" }

  /// Sees to it that the weights of a manifest are here. Of several callers one fetches them, and when it goes the next goes
  /// on where it was.
  ///
  /// - Returns: whether this call fetched them.
  /// - Throws: `ModelStore.Missing` where trying again is of no use before an operator did something; `RPCError`.
  func provide(_ manifest: ModelManifest) async throws -> Bool {
    let (digest, name) = (manifest.fileDigest, Self.name(manifest.fileDigest))
    while fetching[name] != nil { try await Task.sleep(for: .milliseconds(100)) }
    if path(of: digest) != nil {
      folder.touch(name)
      return false
    }
    guard manifest.fileBytes <= bytesMax else {
      throw ModelStore.Missing(
        description:
          "the weights of \(manifest.id) have \(manifest.fileBytes) bytes, and model-cache-bytes is \(bytesMax)")
    }
    fetching[name] = manifest.fileBytes
    defer { fetching[name] = nil }
    do {
      try makeRoom()
      logger.notice("fetching a model", metadata: ["model": "\(manifest.id)", "bytes": "\(manifest.fileBytes)"])
      try await fetch(digest, manifest.fileBytes, folder.path(of: name))
      logger.notice("fetched a model", metadata: ["model": "\(manifest.id)"])
      return true
    } catch let error as RPCError where error.code == .notFound {
      throw ModelStore.Missing(
        description: "neither a folder nor storage has the weights of \(manifest.id): put their file there with "
          + "colophon blob put (its digest is \(digest.named))")
    } catch let error where !(error is CancellationError) {
      logger.error("a model cannot be fetched", metadata: ["model": "\(manifest.id)", "error": "\(error)"])
      throw RPCError(.unavailable, "the weights of \(manifest.id) cannot be fetched: \(error)")
    }
  }

  /// Removes what was unused for longest until all that is on its way in has room. What is mapped stays readable.
  private func makeRoom() throws {
    let wanted = fetching.values.reduce(0, +)
    guard wanted <= bytesMax else {
      throw RPCError(
        .unavailable, "other models are being fetched, which leave no room in model-cache-bytes (\(bytesMax))")
    }
    // What is left of a fetch that is gone on with takes no room of its own.
    var kept = try folder.files().filter { file in !fetching.keys.contains { file.name.hasPrefix($0) } }
    var total = kept.reduce(wanted) { $0 + $1.bytes }
    while total > bytesMax, !kept.isEmpty {
      let oldest = kept.removeFirst()
      logger.notice("removing a model that was fetched", metadata: ["file": "\(oldest.name)"])
      try folder.remove(oldest.name)
      total -= oldest.bytes
    }
  }
}
