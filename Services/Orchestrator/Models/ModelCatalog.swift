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

  private let outbox: Outbox
  private let peers: any Peers
  private let log: LogHeadKeeper
  private let logger: Logger
  private var entries: [Entry] = []
  /// Digests that are in the log, and those that the log refused for good: neither is offered again.
  private var done: Set<Digest32> = []
  /// Statements that are offered again later.
  private var pending: [Digest32: (statement: [UInt8], kind: StatementKind, due: ContinuousClock.Instant)] = [:]
  private var isKnown = false

  init(outbox: Outbox, peers: any Peers, log: LogHeadKeeper, logger: Logger) {
    self.outbox = outbox
    self.peers = peers
    self.log = log
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

  /// The first look, as soon as inference answers; later, the statements that the log did not take yet.
  func refreshIfNeeded() async {
    for waiting in pending.values { await register(waiting.statement, kind: waiting.kind) }
    guard !isKnown else { return }
    do { try await refresh() } catch {
      logger.debug("models are not known yet", metadata: ["error": "\(error)"])
    }
  }

  func refresh() async throws {
    let served = try await peers.listModels()
    entries = try served.map { try Entry($0) }
    isKnown = true
    for entry in entries { await register(entry.statement, kind: .model) }
  }

  /// Sees to it that a statement that stands by itself is in the log. A log that does not admit its signer is no reason to
  /// stop: the statement travels in every bundle.
  func register(_ statement: [UInt8], kind: StatementKind) async {
    let digest = SHA256.hash(statement)
    guard !done.contains(digest), pending[digest].map({ $0.due <= .now }) ?? true else { return }
    do {
      if try await outbox.registration(of: digest) == nil {
        let inclusion = try await peers.append(statement, nil)
        let head = try log.verified(inclusion, entry: digest)
        try await outbox.register(statement, kind: kind, index: inclusion.index, head: head)
      }
      done.insert(digest)
      pending[digest] = nil
    } catch {
      // Said once, however often it is offered again.
      let level: Logger.Level = pending[digest] == nil ? .warning : .debug
      if Self.isFinal(error) { done.insert(digest) }
      // Who may register is a file of storage's that its owner may be writing just now.
      pending[digest] = done.contains(digest) ? nil : (statement, kind, .now + .seconds(5))
      logger.log(
        level: level, "a \(kind) statement is not in the log",
        metadata: ["digest": "\(digest)", "error": "\(error)"])
    }
  }

  /// Whether asking again would be answered the same.
  private static func isFinal(_ error: any Error) -> Bool {
    guard let error = error as? RPCError else { return false }
    return [.alreadyExists, .invalidArgument].contains(error.code)
  }
}
