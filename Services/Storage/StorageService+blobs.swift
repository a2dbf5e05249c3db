internal import Cryptography
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

extension StorageService {
  func addBlobRoutes(to routes: ServiceRoutes) {
    routes.rpc.serve(StorageProcedures.beginUpload) { input, call in
      try await answering(call) { try await beginUpload(input, call) }
    }
    routes.rpc.serve(StorageProcedures.putPart, limits: Self.partLimits(uploads.limits)) { input, call in
      try await answering(call) { try await putPart(input, call) }
    }
    routes.rpc.serve(StorageProcedures.commitUpload) { input, call in
      try await answering(call) { try await commitUpload(input, call) }
    }
    routes.rpc.serve(StorageProcedures.abortUpload) { input, call in
      try await answering(call) { try await abortUpload(input, call) }
    }
    routes.rpc.serve(StorageProcedures.getBlobInfo) { input, call in
      try await answering(call) { try await blobInfo(input) }
    }
    routes.rpc.serve(StorageProcedures.readBlob) { input, call, send in
      try await answering(call) { try await readBlob(input, send) }
    }
    routes.rpc.serve(StorageProcedures.releaseBlob) { input, call in
      try await answering(call) { try await releaseBlob(input, call) }
    }
    routes.rpc.serve(StorageProcedures.eraseBlob) { input, call in
      try await answering(call) { try await eraseBlob(input) }
    }
    BlobRoute(blobs: blobs).add(to: routes)
  }

  func blobInfo(_ request: GetBlobInfoRequest) async throws -> BlobInfo {
    try await wire(try await blobs.reader(of: BlobName(try Self.digest(request.digest, "digest"))).info)
  }

  func wire(_ info: BlobStore.Info) async throws -> BlobInfo {
    BlobInfo(
      digest: info.name.digest.bytes, bytes: info.bytes, root: info.root.bytes,
      retention: try await retention(of: info.name))
  }

  /// Sends the chunks that hold a range, each verified and with its proof. In memory there is one read of the backend.
  func readBlob(_ request: ReadBlobRequest, _ send: (BlobChunk) async throws -> Void) async throws {
    let reader = try await blobs.reader(of: BlobName(try Self.digest(request.digest, "digest")))
    var range = try reader.chunks(of: request.offset, length: request.length == 0 ? nil : request.length)
    while !range.isEmpty {
      for chunk in try await reader.read(range) {
        try await send(
          BlobChunk(
            index: UInt64(chunk.index), data: chunk.bytes, path: try reader.path(of: chunk.index).map(\.bytes)))
        range = chunk.index + 1..<range.upperBound
      }
    }
  }

  func releaseBlob(_ request: ReleaseBlobRequest, _ call: CallContext) async throws -> ReleaseBlobResponse {
    guard let retention = RetentionClass(request.retention) else {
      throw RPCError(.invalidArgument, "the reference has no retention class")
    }
    let released = try await collector.release(
      BlobName(try Self.digest(request.digest, "digest")), retention, holder: "upload:\(Self.caller(call))")
    return ReleaseBlobResponse(released: released)
  }
}
