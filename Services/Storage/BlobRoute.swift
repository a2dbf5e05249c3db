internal import Codec
internal import Cryptography
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceKit
internal import Stores

/// `GET /blobs/sha256:<64 hex>`: a blob for any HTTP client, whole or one range, each chunk verified before it is sent.
/// An erased one is `410 Gone`, with its tombstone for a body.
struct BlobRoute: Sendable {
  let blobs: BlobStore

  func add(to routes: ServiceRoutes) {
    for method in [HTTPRequest.Method.get, .head] {
      routes.rpc.on("/blobs/:name", method: method) { request, context in
        try await answer(context.parameters.get("name") ?? "", request)
      }
    }
  }

  private func answer(_ text: String, _ request: Request) async throws -> Response {
    guard let name = BlobName(text) else {
      return refusal(.badRequest, "a blob's name is sha256: and 64 lower-case hexadecimal digits")
    }
    let reader: BlobReader
    do { reader = try await blobs.reader(of: name) } catch let error as BlobError {
      switch error {
      case .erased: return try await gone(name)
      case .missing: return refusal(.notFound, "\(error)")
      default: return refusal(.serviceUnavailable, "\(error)")
      }
    }
    var headers: HTTPFields = [
      .contentType: "application/octet-stream", .acceptRanges: "bytes", .eTag: "\"\(name)\"",
      .cacheControl: "private, immutable, max-age=86400",
    ]
    var (start, end) = (UInt64(0), reader.info.bytes)
    if let range = request.headers[.range] {
      guard let asked = Self.range(range, of: reader.info.bytes) else {
        return Response(status: .rangeNotSatisfiable, headers: [.contentRange: "bytes */\(reader.info.bytes)"])
      }
      (start, end) = asked
      headers[.contentRange] = "bytes \(start)-\(end - 1)/\(reader.info.bytes)"
    }
    let status: HTTPResponse.Status = headers[.contentRange] == nil ? .ok : .partialContent
    return Response(status: status, headers: headers, body: Self.body(reader, start, end))
  }

  private static func body(_ reader: BlobReader, _ start: UInt64, _ end: UInt64) -> ResponseBody {
    ResponseBody(contentLength: Int(end - start)) { writer in
      var range = try reader.chunks(of: start, length: end - start)
      while !range.isEmpty {
        for chunk in try await reader.read(range) {
          let at = UInt64(chunk.index) * UInt64(chunkBytes)
          let first = Int(max(start, at) - at)
          let last = Int(min(end, at + UInt64(chunk.bytes.count)) - at)
          try await writer.write(ByteBuffer(bytes: chunk.bytes[first..<last]))
          range = chunk.index + 1..<range.upperBound
        }
      }
      try await writer.finish(nil)
    }
  }

  private static let chunkBytes = BlobReader.chunkBytes

  /// The bytes of `bytes=A-B`, `bytes=A-` or `bytes=-N`; nil for anything else and for what is beyond the end.
  static func range(_ text: String, of bytes: UInt64) -> (start: UInt64, end: UInt64)? {
    guard text.hasPrefix("bytes=") else { return nil }
    let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, bytes > 0 else { return nil }
    if parts[0].isEmpty {
      guard let count = UInt64(parts[1]), count > 0 else { return nil }
      return (bytes - min(count, bytes), bytes)
    }
    guard let start = UInt64(parts[0]), start < bytes else { return nil }
    if parts[1].isEmpty { return (start, bytes) }
    guard let last = UInt64(parts[1]), last >= start else { return nil }
    return (start, min(last, bytes - 1) + 1)
  }

  private func gone(_ name: BlobName) async throws -> Response {
    guard let tombstone = try await blobs.catalogue.erasure(of: name)?.statement else {
      return refusal(.gone, "\(BlobError.erased(name))")
    }
    return Response(
      status: .gone, headers: [.contentType: "application/cose"], body: .init(byteBuffer: ByteBuffer(bytes: tombstone)))
  }

  private func refusal(_ status: HTTPResponse.Status, _ message: String) -> Response {
    let json: JSON = ["error": ["message": .string(message), "type": "storage_error", "param": .null, "code": .null]]
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: json.serialized())))
  }
}
