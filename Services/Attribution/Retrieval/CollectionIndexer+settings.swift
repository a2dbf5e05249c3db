internal import Credit
internal import Logging
internal import RPC
internal import ServiceKit
internal import Stores
internal import Wire

extension CollectionIndexer {
  /// Nil where a folder of texts, a log or an encoder is not named. Errors: `SettingsError` for a folder that cannot be read.
  init?(
    _ settings: AttributionSettings, feed: RegistryFeed?, ledger: LedgerStore, logger: Logger, embed: Embed?
  ) throws {
    guard let feed, let embed, let folder = settings.collections else { return nil }
    let library = try CollectionLibrary(folder: folder)
    if library.longCount > 0 {
      logger.notice("texts too long to be documents are not retrieved", metadata: ["count": "\(library.longCount)"])
    }
    self.init(
      library, feed: feed, store: RecordVectorStore(ledger), nearest: settings.policy.nearest,
      interval: settings.logInterval, logger: logger, embed: embed)
  }

  /// The encoder of the inference service that the settings name; nil where they name none.
  static func embed(_ context: ServiceContext) throws -> Embed? {
    let name = AttributionSettings.inferenceURL
    guard context.settings.optionalString(name) != nil else { return nil }
    let inference = try context.client(peer: name)
    return { texts in
      try await inference.call(InferenceProcedures.embed, EmbedRequest(texts: texts), timeout: .seconds(60))
    }
  }
}
