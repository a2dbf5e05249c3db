internal import Cryptography
internal import MerkleLog
internal import RPC
internal import Receipts
internal import ServiceKit

extension RegistryFeed.Source {
  /// The storage service behind this client.
  init(_ storage: RPCClient) {
    let storage = StorageLog(storage)
    keys = { try await storage.keys() }
    checkpoint = { try await storage.checkpoint() }
    log = ContributionFeed.Source(
      tile: { try await storage.tile($0.path) }, path: { try await storage.consistency($0, $1) },
      statement: { try await storage.statement($0) })
  }
}
