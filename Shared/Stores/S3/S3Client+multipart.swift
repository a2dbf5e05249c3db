internal import NIOHTTP1

extension S3Client {
  /// Bytes of every part but the last: S3 refuses less than 5 MiB, and more than 10,000 parts.
  static let partBytesMin: UInt64 = 8 << 20
  static let partsMax: UInt64 = 10_000

  /// Writes an object of any size in parts, each read when its turn comes. An upload that fails is taken back.
  ///
  /// - Parameter read: the bytes of a range.
  func put(
    _ key: String, bytes total: UInt64, reading read: @Sendable (_ offset: UInt64, _ count: Int) async throws -> [UInt8]
  ) async throws {
    let started = try await send(
      Request(method: .POST, key: key, query: [("uploads", "")], repeats: .ifRefused))
    try expect([200], started, "POST \(key)?uploads")
    guard let upload = S3XML.first("UploadId", in: String(decoding: started.body, as: UTF8.self)[...]) else {
      throw S3Error.malformed(operation: "POST \(key)?uploads", why: "no upload id")
    }
    do {
      var (tags, offset): ([String], UInt64) = ([], 0)
      let size = max(Self.partBytesMin, (total + Self.partsMax - 1) / Self.partsMax)
      while offset < total {
        let part = try await read(offset, Int(min(size, total - offset)))
        tags.append(try await self.part(key, upload, tags.count + 1, part))
        offset += UInt64(part.count)
      }
      try await complete(key, upload, tags)
    } catch {
      _ = try? await send(Request(method: .DELETE, key: key, query: [("uploadId", upload)]))
      throw error
    }
  }

  /// Sends one part and returns the tag that the store wants back. It is no digest to us.
  private func part(_ key: String, _ upload: String, _ number: Int, _ bytes: [UInt8]) async throws -> String {
    let response = try await send(
      Request(method: .PUT, key: key, query: [("partNumber", "\(number)"), ("uploadId", upload)], body: bytes))
    try expect([200], response, "PUT \(key) part \(number)")
    guard let tag = response.headers.first(name: "etag") else {
      throw S3Error.malformed(operation: "PUT \(key) part \(number)", why: "no tag")
    }
    return tag
  }

  private func complete(_ key: String, _ upload: String, _ tags: [String]) async throws {
    let parts = tags.enumerated().map { number, tag in
      "<Part><PartNumber>\(number + 1)</PartNumber><ETag>\(tag.replacing("&", with: "&amp;"))</ETag></Part>"
    }
    let body = "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
    let response = try await send(
      Request(method: .POST, key: key, query: [("uploadId", upload)], body: Array(body.utf8), repeats: .ifRefused))
    try expect([200], response, "POST \(key)")
    // S3 sends 200 before it knows, and an error afterwards.
    if String(decoding: response.body, as: UTF8.self).contains("<Error>") { throw refusal(response, "POST \(key)") }
  }
}
