import Foundation
import MerkleLog
import RPC
import Receipts
import Wire

/// The log of a running suite, read from its storage service. It believes nothing that it has not hashed.
struct LogReader {
  private static let timeout = Duration.seconds(30)

  private let storage: RPCClient

  /// - Parameter url: of the storage service.
  init(_ url: String, _ data: DataOption) throws {
    storage = try Peers.client(url, data)
  }

  func call<In: WireMessage, Out: WireMessage>(_ procedure: Procedure<In, Out>, _ input: In) async throws -> Out {
    do { return try await storage.call(procedure, input, timeout: Self.timeout) } catch let error as RPCError {
      throw Failure("storage: \(error.message)", status: 69)
    }
  }

  /// The statement of an entry; nil where there is none, or none any more.
  func statement(_ entry: [UInt8]) async throws -> [UInt8]? {
    do {
      return try await storage.call(
        StorageProcedures.getBlob, GetBlobRequest(digest: entry), timeout: Self.timeout
      ).data
    } catch let error as RPCError where error.code == .notFound {
      return nil
    } catch let error as RPCError { throw Failure("storage: \(error.message)", status: 69) }
  }

  func checkpoint(_ policy: CheckpointPolicy) async throws -> (note: SignedNote, checkpoint: Checkpoint) {
    let text = try await call(StorageProcedures.getCheckpoint, GetCheckpointRequest()).note
    let note = try SignedNote(parsing: Array(text.utf8)).keeping(only: [policy.logKey] + policy.witnesses)
    return (note, try policy.verify(note, requiringQuorum: false).checkpoint)
  }

  func tile(_ tile: Tile) async throws -> [UInt8] {
    try await call(StorageProcedures.getTile, GetTileRequest(path: tile.path)).data
  }

  /// Every tile of the tree and every entry bundle.
  func tiles(size: UInt64) async throws -> [String: [UInt8]] {
    var tiles: [String: [UInt8]] = [:]
    for tile in TileRange(to: size) { tiles[tile.path] = try await self.tile(tile) }
    return tiles
  }

  /// The newest registered receipt among the last `most` entries.
  func newestReceipt(size: UInt64, most: Int = 1000) async throws -> SignedStatement {
    var searched = 0
    for index in stride(from: Int64(size - 1) / 256, through: 0, by: -1) where searched < most {
      guard let bundle = Tile.tile(kind: .entries, index: UInt64(index), inTreeOf: size) else { continue }
      for entry in try bundle.entries(in: try await tile(bundle)).reversed() {
        searched += 1
        guard let bytes = try? await call(StorageProcedures.getBlob, GetBlobRequest(digest: entry)).data,
          let signed = try? SignedStatement(bytes), signed.statement.kind == .receipt
        else { continue }
        return signed
      }
    }
    throw Failure("no receipt among the last \(searched) entries: colophon ask, then export again", status: 69)
  }
}
