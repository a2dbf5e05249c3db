internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Reads a whole request body under its limits: media type, encoding and size are checked before a byte of it is kept.
enum BodyReader {
  static func read(_ request: Request, types: [String], limit: Int) async throws -> [UInt8] {
    let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
    guard let type, types.contains(type) else {
      throw APIError(
        .unsupportedMediaType, code: "unsupported_media_type",
        "Content-Type must be \(types.joined(separator: " or ")), not \(type.map { "'\($0.prefix(64))'" } ?? "missing")."
      )
    }
    if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
      throw APIError(
        .unsupportedMediaType, code: "unsupported_encoding",
        "Content-Encoding '\(encoding.prefix(64))' is not supported: send the body as it is.")
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw APIError.tooLarge(limit: limit)
    }
    do { return Array(try await request.body.collect(upTo: limit).readableBytesView) } catch is NIOTooManyBytesError {
      throw APIError.tooLarge(limit: limit)
    } catch let error as CancellationError {
      throw error
    } catch {
      // The client left, or what it sent is no HTTP: no fault of this server.
      throw APIError(.badRequest, code: "invalid_body", "The body could not be read to its end.")
    }
  }
}
