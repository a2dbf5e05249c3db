internal import Cryptography
internal import RPC
internal import Wire

/// Puts evidence documents into storage, by an upload under their own name.
struct EvidenceKeeper: Sendable {
  private static let timeout = Duration.seconds(10)

  let storage: RPCClient

  func keep(_ bytes: [UInt8], _ digest: Digest32) async throws {
    let id = "evidence-\(digest.hex.prefix(48))"
    let begun = try await storage.call(
      StorageProcedures.beginUpload,
      BeginUploadRequest(uploadID: id, bytes: UInt64(bytes.count), retention: .evidence), timeout: Self.timeout)
    var at = Int(clamping: begun.received)
    while at < bytes.count {
      let part = Array(bytes[at..<min(bytes.count, at + max(1, Int(clamping: begun.partBytesMax)))])
      _ = try await storage.call(
        StorageProcedures.putPart, PutPartRequest(uploadID: id, offset: UInt64(at), data: part), timeout: Self.timeout)
      at += part.count
    }
    _ = try await storage.call(
      StorageProcedures.commitUpload, CommitUploadRequest(uploadID: id, digest: digest.bytes), timeout: Self.timeout)
  }
}
