internal import Codec
internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// The models that inference serves, with their signed manifests, and the registration of those in the log.
actor ModelCatalog {
  struct Entry: Sendable, Equatable {
    let id: String
    /// Of kind `model`.
    let statement: [UInt8]
    let manifest: Digest32
    let issuer: String
    let contextLength: Int
    let createdUnixMs: UInt64

    init(_ model: ServedModel) throws {
      let signed = try SignedStatement(model.modelStatement)
      guard signed.statement.kind == .model, signed.statement.subject == model.id,
        signed.statement.subjectDigest.bytes == model.manifestDigest
      else { throw PipelineError.statement(.model, why: "of \"\(model.id)\" is about something else") }
      id = model.id
      statement = model.modelStatement
      manifest = signed.statement.subjectDigest
      issuer = signed.statement.issuer
      contextLength = Int(model.contextLength)
      createdUnixMs = UInt64(max(0, model.createdUnixMs))
    }

    /// As `GET /v1/models` shows it.
    var json: JSON {
      [
        "id": .string(id), "object": "model", "created": .integer(createdUnixMs / 1000), "owned_by": .string(issuer),
        "context_length": .integer(contextLength), "manifest_digest": .string(manifest.named),
      ]
    }
  }

  private let peers: any Peers
  private let registrar: Registrar
  private let logger: Logger
  private var entries: [Entry] = []
  private var isKnown = false

  init(peers: any Peers, registrar: Registrar, logger: Logger) {
    self.peers = peers
    self.registrar = registrar
    self.logger = logger
  }

  /// All models; asks inference when none is known.
  func all() async throws -> [Entry] {
    if entries.isEmpty { try await refresh() }
    return entries
  }

  /// The model of this id, asking inference again before saying that there is none.
  func model(_ id: String) async throws -> Entry? {
    if let known = entries.first(where: { $0.id == id }) { return known }
    try await refresh()
    return entries.first { $0.id == id }
  }

  /// The first look, as soon as inference answers.
  func refreshIfNeeded() async {
    guard !isKnown else { return }
    do { try await refresh() } catch {
      logger.debug("models are not known yet", metadata: ["error": "\(error)"])
    }
  }

  func refresh() async throws {
    let served = try await peers.listModels()
    entries = try served.map { try Entry($0) }
    isKnown = true
    for entry in entries { await registrar.register(entry.statement, kind: .model) }
  }
}
