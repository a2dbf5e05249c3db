internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts
internal import Wire

extension AttributionService {
  /// Which records are near to an answer, of those that are registered now, or were at a size of the log. What is asked is kept
  /// nowhere. Errors: `unavailable` while records are being embedded.
  func findNearest(_ input: FindNearestRequest) async throws -> FindNearestResponse {
    let indexer = try nearestIndexer()
    let texts = try Self.texts(input.texts)
    if await indexer.feed.refusal != nil { await indexer.feed.check() }
    if let error = await indexer.feed.rpcError { throw error }
    let asked = try await indexer.queries(texts)
    guard let registered = try await indexer.nearest(logSize: input.logSize, by: asked.encoder) else {
      // A round makes them of the encoder that is served.
      await indexer.expire()
      throw RPCError(.unavailable, "no record is found: registered texts are being embedded")
    }
    do { return FindNearestResponse(nearest: try registered.data(of: asked.vectors)) } catch {
      throw RPCError(.invalidArgument, "\(error)")
    }
  }

  private func nearestIndexer() throws(RPCError) -> CollectionIndexer {
    guard signer.policy.nearest != nil else {
      throw RPCError(
        .failedPrecondition,
        "policy \(signer.policy.id) credits no nearest records: it has no "
          + NearestParameters.methods.joined(separator: " or "))
    }
    guard let indexer else {
      throw RPCError(
        .failedPrecondition, "records near to answers are not looked for here: \(AttributionSettings.nearestNeeds)")
    }
    return indexer
  }

  /// The nearest records that came with a request, with the texts that they are near to; nil where none did.
  static func nearest(_ input: AttributeRequest) throws -> (nearest: AnswerNearest, content: Opening)? {
    guard !input.nearest.isEmpty else { return nil }
    do {
      let content = try Opening(blob: input.content)
      return (try AnswerNearest(opened: Opening(blob: input.nearest), content: content), content)
    } catch { throw RPCError(.invalidArgument, "\(error)") }
  }

  /// Nearest records are signed only of the content that was executed, and only where this service has the same vectors made
  /// and finds the same itself.
  func require(_ found: (nearest: AnswerNearest, content: Opening), of execution: ExecutedRequest) async throws {
    let indexer = try nearestIndexer()
    guard try found.content.commitment(for: .content) == execution.content else {
      throw RPCError(.invalidArgument, "content opens another commitment than the execution's")
    }
    let snapshot = found.nearest.registry
    try await indexer.feed.requireHad(snapshot, "nearest records")
    let asked = try await indexer.queries(AnswerContent(found.content.data).choices.map(\.text))
    guard asked.encoder == found.nearest.encoder else {
      throw RPCError(
        .failedPrecondition,
        "nearest: by the encoder \(found.nearest.encoder.named), and \(asked.encoder.named) is served: put back that of then"
      )
    }
    guard let registered = try await indexer.nearest(at: snapshot, by: asked.encoder),
      registered.registry == snapshot
    else {
      throw RPCError(
        .failedPrecondition,
        "nearest: they were looked for among other texts: put back the collections of then, "
          + "--\(AttributionSettings.collections)")
    }
    guard try registered.data(of: asked.vectors) == found.nearest.opening.data else {
      throw RPCError(.invalidArgument, "nearest: the records registered in \(snapshot.size) entries earn otherwise")
    }
  }
}

extension CollectionIndexer {
  /// The records of now, or of the log when it had so many entries; nil where they are not embedded yet.
  fileprivate func nearest(logSize size: UInt64, by encoder: Digest32) async throws -> RegisteredNearest? {
    let snapshot = size == 0 ? nil : try await feed.snapshot(at: size)
    guard let formed, formed.nearest.encoder == encoder else { return nil }
    guard let snapshot, let registry = await feed.followed?.registry else { return formed.nearest }
    // What was formed last has all that was registered up to now.
    let isLast = formed.holdings == registry.holdings.count && formed.nearest.registry.size <= size
    return isLast ? formed.nearest : try await form(in: registry, at: snapshot, by: encoder)
  }

  /// The records of a snapshot that the log had.
  fileprivate func nearest(at snapshot: RegistrySnapshot, by encoder: Digest32) async throws -> RegisteredNearest? {
    if let known = formed?.nearest, known.encoder == encoder, known.registry.size == snapshot.size,
      known.registry.root == snapshot.root
    {
      return known
    }
    guard let followed = await feed.followed else { return nil }
    return try await form(
      in: followed.registry, at: RegistrySnapshot(size: snapshot.size, root: snapshot.root), by: encoder)
  }
}
