internal import CoreMetrics
internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts
internal import Wire

extension AttributionService {
  /// The records of a collection that are nearest to a vector. Errors: `not_found` for a collection that nobody registered,
  /// or of which no text is here, `unavailable` while it is being embedded.
  func retrieve(_ input: RetrieveRequest) async throws -> RetrieveResponse {
    guard CreditID.isValid(input.collection), (1...RequestedDocument.countMax).contains(Int(input.count)),
      (1...NeighbourIndex.widthMax).contains(input.vector.count), let encoder = try? Digest32(input.model)
    else {
      throw RPCError(
        .invalidArgument,
        "collection must be an id, count 1 to \(RequestedDocument.countMax), vector 1 to \(NeighbourIndex.widthMax) bytes, "
          + "model a SHA-256")
    }
    guard let indexer else {
      throw RPCError(
        .failedPrecondition,
        "documents of collections are not offered here: set --\(AttributionSettings.collections), "
          + "--\(AttributionSettings.storageURL) and --\(AttributionSettings.inferenceURL)")
    }
    let found = try await indexer.search(
      input.collection, input.vector.map { Int8(bitPattern: $0) }, by: encoder, count: Int(input.count))
    return RetrieveResponse(documents: found)
  }
}

extension CollectionIndexer {
  func search(
    _ asset: String, _ query: [Int8], by encoder: Digest32, count: Int
  ) async throws -> [CollectionRecord] {
    let holding = try await holding(of: asset)
    guard let collection = ready[asset], collection.holding == holding, encoder == self.encoder else {
      if encoder != self.encoder { expire() }
      throw RPCError(.unavailable, "\(progressText) records embedded")
    }
    let records: [Digest32]
    do { records = try collection.nearest(query, count: count) } catch { throw RPCError(.invalidArgument, "\(error)") }
    metrics.retrievals.increment()
    return records.map {
      CollectionRecord(
        text: library.texts[$0] ?? "", contributor: holding.contributor, asset: holding.asset.id, record: $0.bytes)
    }
  }

  /// What the id stands for in the log, as far as it is followed now.
  private func holding(of asset: String) async throws -> Registry.Holding {
    if await feed.refusal != nil { await feed.check() }
    var known = await feed.registry.registry.holding(of: asset)
    if known == nil {
      await feed.check()
      known = await feed.registry.registry.holding(of: asset)
    }
    if let error = await feed.rpcError { throw error }
    guard let known else { throw RPCError(.notFound, "No collection '\(asset)' is registered in the log.") }
    guard !library.records(of: known.asset).isEmpty else {
      throw RPCError(.notFound, "The collection '\(asset)' is registered, and none of its texts is known here.")
    }
    return known
  }

  /// As "1,200 of 5,000". With another encoder than before nothing is embedded yet.
  private var progressText: String { "\(Self.grouped(progress.embedded)) of \(Self.grouped(progress.count))" }

  static func grouped(_ number: Int) -> String {
    var text = ""
    for (at, digit) in String(number).reversed().enumerated() {
      if at > 0, at % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
