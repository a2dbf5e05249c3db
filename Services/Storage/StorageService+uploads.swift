internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension StorageService {
  /// A part and the few bytes around it.
  static func partLimits(_ limits: UploadStore.Limits) -> WireLimits {
    var wire = WireLimits()
    wire.maxBytes = limits.partBytesMax + 4096
    wire.maxMemory = 2 * limits.partBytesMax + (1 << 20)
    return wire
  }

  /// Whose uploads and references these are. All callers hold one token, so this keeps apart what means well.
  static func caller(_ call: CallContext) -> String { String((call.caller ?? "unknown").prefix(128)) }

  func beginUpload(_ request: BeginUploadRequest, _ call: CallContext) async throws -> UploadStatus {
    guard let retention = RetentionClass(request.retention) else {
      throw RPCError(.invalidArgument, "the upload has no retention class")
    }
    let received = try await uploads.begin(
      caller: Self.caller(call), id: request.uploadID, bytes: request.bytes, retention: retention)
    return status(received)
  }

  func putPart(_ request: PutPartRequest, _ call: CallContext) async throws -> UploadStatus {
    status(
      try await uploads.write(
        caller: Self.caller(call), id: request.uploadID, at: request.offset, request.data))
  }

  func commitUpload(_ request: CommitUploadRequest, _ call: CallContext) async throws -> BlobInfo {
    let name = BlobName(try Self.digest(request.digest, "digest"))
    let info = try await uploads.commit(caller: Self.caller(call), id: request.uploadID, as: name)
    metrics.kept(blobs: 1, bytes: info.bytes)
    return try await wire(info)
  }

  func abortUpload(_ request: AbortUploadRequest, _ call: CallContext) async throws -> AbortUploadResponse {
    try await uploads.abort(caller: Self.caller(call), id: request.uploadID)
    return AbortUploadResponse()
  }

  private func status(_ received: UInt64) -> UploadStatus {
    UploadStatus(received: received, partBytesMax: UInt64(uploads.limits.partBytesMax))
  }
}
