public import Cryptography
public import RPC
public import Wire

/// The log of the storage service, as another service asks it. Nothing of an answer is believed here, but that a statement
/// has the digest that it was asked by.
public struct StorageLog: Sendable {
  private let storage: RPCClient
  private let timeout: Duration

  public init(_ storage: RPCClient, timeout: Duration = .seconds(10)) {
    self.storage = storage
    self.timeout = timeout
  }

  public func keys() async throws -> LogKeys {
    try await storage.call(StorageProcedures.getLogKeys, GetLogKeysRequest(), timeout: timeout)
  }

  /// The published checkpoint, as text.
  public func checkpoint() async throws -> String {
    try await storage.call(StorageProcedures.getCheckpoint, GetCheckpointRequest(), timeout: timeout).note
  }

  public func consistency(_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]] {
    try await storage.call(
      StorageProcedures.getConsistency, GetConsistencyRequest(oldSize: old, newSize: new), timeout: timeout
    ).path
  }

  /// A tile by its C2SP path.
  public func tile(_ path: String) async throws -> [UInt8] {
    try await storage.call(StorageProcedures.getTile, GetTileRequest(path: path), timeout: timeout).data
  }

  /// A registered statement; nil when its bytes were erased.
  public func statement(_ digest: Digest32) async throws -> [UInt8]? {
    do {
      let request = GetBlobRequest(digest: digest.bytes)
      let bytes = try await storage.call(StorageProcedures.getBlob, request, timeout: timeout).data
      guard SHA256.hash(bytes) == digest else {
        throw RPCError(.unavailable, "storage gave other bytes than those of \(digest)")
      }
      return bytes
    } catch let error as RPCError where error.code == .notFound { return nil }
  }
}
