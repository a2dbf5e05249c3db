internal import RPC
internal import Receipts
internal import Wire

extension AttributionService {
  /// Whom documents belong to, by the registry as it is now or was at a size of the log; empty where no log is followed.
  func findOwners(_ input: FindOwnersRequest) async throws -> FindOwnersResponse {
    let sources = try Self.sources(input.documents)
    guard (1...RequestedDocument.countMax).contains(sources.count), sources.allSatisfy({ $0.record != nil }) else {
      throw RPCError(
        .invalidArgument, "documents must be 1 to \(RequestedDocument.countMax), each with the SHA-256 of its text")
    }
    guard let feed else { return FindOwnersResponse() }
    guard feed.near == nil || sources.allSatisfy({ $0.text != nil }) else {
      throw RPCError(.invalidArgument, "documents must have their texts: the policy looks for near copies")
    }
    let owners =
      input.logSize == 0 ? try await feed.owners(of: sources) : try await feed.owners(of: sources, at: input.logSize)
    return FindOwnersResponse(ownership: try owners.encoded())
  }

  /// An ownership is signed only when it is what this service's own registry says at the size that it names.
  func requireOwners(_ scores: DocumentScores) async throws {
    guard let ownership = scores.ownership else { return }
    guard let feed else {
      throw RPCError(
        .failedPrecondition,
        "the scores name a registry, and no log is followed: set --\(AttributionSettings.storageURL)")
    }
    try await feed.require(ownership, of: scores.sources)
  }
}
