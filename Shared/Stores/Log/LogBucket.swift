public import MerkleLog

/// Checkpoint and tiles as objects of an S3 bucket, `log/checkpoint` and `log/tile/...`.
public struct LogBucket: LogTiles {
  private static let prefix = "log/"

  private let client: S3Client

  public init(_ client: S3Client) { self.client = client }

  public func checkpoint() throws -> [UInt8]? { try get(Self.checkpointName, bytesMax: SignedNote.bytesMax) }

  public func publish(_ note: [UInt8], fault: AppendFault) throws {
    try fault(.checkpointWritten)
    try waiting { [client] in try await client.put(Self.key(Self.checkpointName), note) }
    guard try checkpoint() == note else { throw S3Error.readBack(key: Self.key(Self.checkpointName)) }
  }

  public func stored(_ tile: Tile) throws -> [UInt8]? { try get(tile.path, bytesMax: Self.tileBytesMax) }

  /// All side by side: an append waits for one round trip, not for one of each.
  public func write(_ tiles: [(tile: Tile, bytes: [UInt8])], fault: AppendFault) throws {
    for (tile, _) in tiles { try fault(.tileWritten(tile.path)) }
    try waiting { [client] in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (tile, bytes) in tiles {
          group.addTask {
            let key = Self.key(tile.path)
            try await client.put(key, bytes)
            guard try await client.get(key, from: 0, count: bytes.count + 1) == bytes else {
              throw S3Error.readBack(key: key)
            }
          }
        }
        try await group.waitForAll()
      }
    }
    for (tile, _) in tiles { try fault(.tilePlaced(tile.path)) }
    try fault(.tilesDurable)
  }

  public func prunePartials(replacedBy tiles: [(tile: Tile, bytes: [UInt8])]) throws {
    let folders = tiles.outdatedPartials
    try waiting { [client] in
      for folder in folders {
        for object in try await client.list(prefix: Self.key(folder) + "/") { try await client.delete(object.key) }
      }
    }
  }

  public func path(of name: String) -> String { "\(client.base)/\(client.bucket)/\(Self.key(name))" }

  private func get(_ name: String, bytesMax: Int) throws -> [UInt8]? {
    try waiting { [client] in
      guard let bytes = try await client.get(Self.key(name), from: 0, count: bytesMax + 1) else { return nil }
      guard bytes.count <= bytesMax else {
        throw S3Error.malformed(operation: "GET \(Self.key(name))", why: "more than \(bytesMax) bytes")
      }
      return bytes
    }
  }

  private static func key(_ name: String) -> String { prefix + name }
}
