internal import Codec
internal import Cryptography
internal import HTTPTypes
internal import Hummingbird
internal import MerkleLog
internal import NIOCore
internal import RPC
internal import ServiceKit
internal import Wire

/// The log as C2SP tlog-tiles publishes it, and the keys of its COSE Receipts. All of it is public.
struct LogRoutes: Sendable {
  let pipeline: Pipeline

  func checkpoint(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let note = try await fetching("checkpoint") { try await pipeline.peers.checkpoint() }
    return Self.answer("text/plain; charset=utf-8", cache: "no-cache", Array(note.utf8))
  }

  /// A tile never changes once it is there; a partial one only gives way to another path.
  func tile(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let path = String(request.uri.path.drop { $0 == "/" })
    do { _ = try Tile(path: path) } catch { throw Self.notFound(path) }
    let data = try await fetching(path) { try await pipeline.peers.tile(path) }
    return Self.answer("application/octet-stream", cache: "public, max-age=31536000, immutable", data)
  }

  /// A COSE_KeySet: first the key of the log's COSE Receipts, then that of the orchestrator's statements.
  func keys(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let keys = try await fetching("keys") { try await pipeline.peers.logKeys() }
    let receiptKey = try VerifyingKey(raw: keys.receiptKey)
    let set = try COSEKeySet.encode([COSEKey(receiptKey), COSEKey(pipeline.key.publicKey)])
    return Self.answer("application/cbor", cache: "max-age=300", set)
  }

  private func fetching<Value: Sendable>(_ what: String, _ work: () async throws -> Value) async throws -> Value {
    do { return try await work() } catch let error as RPCError {
      if [.notFound, .invalidArgument, .outOfRange].contains(error.code) { throw Self.notFound(what) }
      throw APIError(.serviceUnavailable, code: "storage_unavailable", "Storage cannot be reached now.")
    }
  }

  private static func notFound(_ path: String) -> APIError {
    APIError(.notFound, code: "not_found", "The log has no \(path.prefix(128)).")
  }

  private static func answer(_ type: String, cache: String, _ bytes: [UInt8]) -> Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: cache],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
