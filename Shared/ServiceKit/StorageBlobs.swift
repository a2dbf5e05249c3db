public import Cryptography
public import RPC
internal import Wire

/// The blobs of the storage service, as somebody reads them who believes none of it: chunks are proven, a whole blob has its
/// name.
public struct StorageBlobs: Sendable {
  /// For one range.
  public static let timeout = Duration.seconds(300)
  /// Each call brings so many bytes, below the client's ceiling for one stream.
  private static let callBytes: UInt64 = 64 << 20
  private static let attemptsMax = 5

  private let storage: RPCClient

  public init(_ storage: RPCClient) { self.storage = storage }

  /// What storage states of a blob: its size, and the root over its chunks.
  public func info(_ digest: Digest32) async throws -> (bytes: UInt64, root: Digest32) {
    let info = try await storage.call(
      StorageProcedures.getBlobInfo, GetBlobInfoRequest(digest: digest.bytes), timeout: Self.timeout)
    guard let root = try? Digest32(info.root) else { throw RPCError(.unavailable, "storage states no root") }
    return (info.bytes, root)
  }

  /// Brings a range into `file`, and goes on where it is after each break.
  ///
  /// - Parameter received: told how many bytes of the range are there.
  public func read(
    _ digest: Digest32, _ range: Range<UInt64>, into file: BlobFile,
    received: @escaping @Sendable (UInt64) -> Void = { _ in }
  ) async throws {
    var failures = 0
    while await file.next < range.upperBound {
      let at = await file.next
      let request = ReadBlobRequest(
        digest: digest.bytes, offset: at, length: min(Self.callBytes, range.upperBound - at))
      do {
        try await storage.receive(StorageProcedures.readBlob, request, timeout: Self.timeout) { chunk in
          try await file.take(chunk)
          received(await file.next - range.lowerBound)
        }
        // A storage that answers and sends nothing would be asked for ever.
        guard await file.next > at else { throw RPCError(.unavailable, "storage sent nothing of what it states") }
      } catch let error as RPCError where error.code == .unavailable && failures < Self.attemptsMax {
        failures += 1
        try await Task.sleep(for: .milliseconds(100 * failures))
      }
    }
  }

  /// Brings a whole blob of a known size to `path`, or the rest of one that broke off.
  public func fetch(_ digest: Digest32, bytes: UInt64, to path: String) async throws {
    let info = try await info(digest)
    guard info.bytes == bytes else { throw BlobFileError.otherSize(info.bytes, expected: bytes) }
    let file = try BlobFile(path: path, range: 0..<bytes, of: bytes, root: info.root, resuming: true)
    try await read(digest, 0..<bytes, into: file)
    try await file.finish(expecting: digest)
  }
}
