internal import Credit
internal import MerkleLog
internal import RPC
internal import Receipts

extension RegistryFeed {
  /// Why nothing is said of ownership now, for a caller; nil when something is.
  var rpcError: RPCError? {
    refusal.map { RPCError($0.isWrong ? .failedPrecondition : .unavailable, "no owner is named: \($0.why)") }
  }

  /// Who owns documents now, by all of the log that is followed.
  func owners(of sources: [DocumentSource]) async throws -> DocumentOwnership {
    if refusal != nil { await check() }
    if let rpcError { throw rpcError }
    guard let head else { throw RPCError(.unavailable, "no owner is named: the log is not known yet") }
    if near != nil {
      guard let formed else {
        throw RPCError(.unavailable, "no owner is named: classes of near copies are being formed")
      }
      return DocumentOwnership(of: sources, in: registry.registry, at: formed.snapshot, near: formed.classes)
    }
    return DocumentOwnership(
      of: sources, in: registry.registry, at: RegistrySnapshot(size: head.size, root: head.root))
  }

  /// Refuses an ownership that is not what the log says at the size that it names.
  func require(_ ownership: DocumentOwnership, of sources: [DocumentSource]) async throws {
    let snapshot = ownership.registry
    try await requireHad(snapshot, "scores")
    var classes: RegisteredClasses?
    if let near {
      let isFormed = formed.map { $0.snapshot.size == snapshot.size && $0.snapshot.root == snapshot.root } == true
      classes = isFormed ? formed?.classes : try await near.classes(in: registry.registry, at: snapshot)
    }
    guard snapshot.records == nil || snapshot.records == classes?.records else {
      throw RPCError(
        .failedPrecondition,
        "scores: their near copies were looked for in other texts: put back the collections of then, "
          + "--\(AttributionSettings.collections)")
    }
    guard ownership == DocumentOwnership(of: sources, in: registry.registry, at: snapshot, near: classes) else {
      throw RPCError(.invalidArgument, "scores: the registry of \(snapshot.size) entries names other owners")
    }
  }

  /// Refuses a snapshot that the log did not have.
  func requireHad(_ snapshot: RegistrySnapshot, _ what: String) async throws {
    // A service whose rows were restored from a backup reads again what it had said.
    if refusal != nil || (head?.size ?? 0) < snapshot.size { await check() }
    if let rpcError { throw rpcError }
    guard let head, head.size >= snapshot.size else {
      throw RPCError(.unavailable, "the log is followed to \(head?.size ?? 0), the \(what) name \(snapshot.size)")
    }
    let named = LogHead(origin: head.origin, vkey: head.vkey, size: snapshot.size, root: snapshot.root)
    do { try await named.requireContinuation(to: head, path: source.log.path) } catch let error as LogHeadError {
      throw RPCError(.invalidArgument, "\(what): their registry is of another log: \(error)")
    }
  }
}
