internal import Cryptography
internal import MerkleLog
internal import RPC
internal import Stores
internal import Wire

extension StorageService {
  func consistency(_ request: GetConsistencyRequest) async throws -> Consistency {
    let proof = try await log.sequencer.published.consistency(
      old: request.oldSize, new: request.newSize == 0 ? nil : request.newSize)
    return Consistency(oldSize: proof.old, newSize: proof.new, path: proof.path.map(\.bytes))
  }

  func checkpoint() throws -> CheckpointNote {
    guard let head = log.sequencer.published.head else { throw RPCError(.unavailable, "the log is starting") }
    return CheckpointNote(note: String(decoding: log.cosigned.note(of: head).encoded, as: UTF8.self))
  }

  /// A tile by its canonical path: whatever `Tile(path:)` does not read is no path of this service.
  func tile(_ request: GetTileRequest) async throws -> GetTileResponse {
    GetTileResponse(data: try await log.sequencer.published.tile(try Tile(path: request.path)))
  }
}
