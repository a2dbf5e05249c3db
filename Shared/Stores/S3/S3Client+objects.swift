internal import NIOHTTP1

extension S3Client {
  /// An object as the bucket lists it.
  struct Listed: Sendable {
    let key: String
    let bytes: UInt64
    let changedUnixMs: Int64
  }

  /// Writes an object, over what has its key.
  func put(_ key: String, _ bytes: [UInt8]) async throws {
    try expect([200], try await send(Request(method: .PUT, key: key, body: bytes)), "PUT \(key)")
  }

  /// Up to `count` bytes from `offset` on, fewer at the end; nil when there is no such object.
  func get(_ key: String, from offset: UInt64, count: Int) async throws -> [UInt8]? {
    if let response = try await range(key, offset, count) { return response.status == 404 ? nil : response.body }
    // Some stores refuse a range that ends beyond the object, where S3 itself sends what there is.
    guard let bytes = try await bytes(of: key) else { return nil }
    guard offset < bytes, count > 0 else { return [] }
    let left = Int(min(UInt64(count), bytes - offset))
    guard let response = try await range(key, offset, left) else {
      throw S3Error.malformed(operation: "GET \(key)", why: "a range within its \(bytes) bytes is refused")
    }
    return response.status == 404 ? nil : response.body
  }

  /// The answer with a range or with 404; nil when the range was refused.
  private func range(_ key: String, _ offset: UInt64, _ count: Int) async throws -> Response? {
    guard count > 0 else { return nil }
    let range = "bytes=\(offset)-\(offset + UInt64(count) - 1)"
    let response = try await send(
      Request(method: .GET, key: key, headers: [("range", range)]), bodyBytesMax: count + 4096)
    switch response.status {
    case 404: return response
    case 400, 416: return nil
    case 206 where response.body.count <= count: return response
    // A store that ignores ranges: usable only from the beginning.
    case 200 where offset == 0 && response.body.count <= count: return response
    case 200, 206: throw S3Error.malformed(operation: "GET \(key)", why: "not the range that was asked for")
    default: throw refusal(response, "GET \(key)")
    }
  }

  /// The object's size, nil when there is none.
  func bytes(of key: String) async throws -> UInt64? {
    let response = try await send(Request(method: .HEAD, key: key))
    if response.status == 404 { return nil }
    try expect([200], response, "HEAD \(key)")
    guard let bytes = response.headers.first(name: "content-length").flatMap(UInt64.init) else {
      throw S3Error.malformed(operation: "HEAD \(key)", why: "no length")
    }
    return bytes
  }

  /// Removes an object; one that is not there is removed already.
  ///
  /// A removal that nobody answered may happen later, even after the object was written again. So it is not repeated
  /// but reported, and the caller keeps the object's name closed until another removal was answered.
  func delete(_ key: String) async throws {
    let response = try await send(Request(method: .DELETE, key: key, repeats: .ifRefused))
    try expect([200, 204, 404], response, "DELETE \(key)")
  }

  /// Copies an object within the bucket.
  func copy(_ key: String, to target: String) async throws {
    let source = "/" + S3Signer.encode("\(bucket)/\(key)", slash: true)
    let response = try await send(Request(method: .PUT, key: target, headers: [("x-amz-copy-source", source)]))
    try expect([200], response, "COPY \(key)")
  }

  /// Everything below a prefix.
  func list(prefix: String) async throws -> [Listed] {
    var (found, token): ([Listed], String?) = ([], nil)
    repeat {
      var query = [(name: "list-type", value: "2"), (name: "prefix", value: prefix)]
      if let token { query.append((name: "continuation-token", value: token)) }
      let response = try await send(Request(method: .GET, query: query), bodyBytesMax: 8 << 20)
      try expect([200], response, "LIST \(prefix)")
      let text = String(decoding: response.body, as: UTF8.self)
      for item in S3XML.all("Contents", in: text[...]) {
        guard let key = S3XML.first("Key", in: item), let bytes = S3XML.first("Size", in: item).flatMap(UInt64.init),
          let changed = S3XML.first("LastModified", in: item).flatMap(S3XML.seconds)
        else { throw S3Error.malformed(operation: "LIST \(prefix)", why: "an item without key, size or time") }
        found.append(Listed(key: key, bytes: bytes, changedUnixMs: Int64(changed) * 1000))
      }
      token =
        S3XML.first("IsTruncated", in: text[...]) == "true" ? S3XML.first("NextContinuationToken", in: text[...]) : nil
    } while token != nil
    return found
  }

  /// Makes the bucket if it is not there.
  func prepareBucket() async throws {
    if try await send(Request(method: .HEAD)).status == 404 { try await makeBucket() }
  }

  /// Makes the bucket; one that is ours already is made.
  func makeBucket() async throws {
    let response = try await send(Request(method: .PUT))
    try expect([200, 409], response, "PUT \(bucket)")
  }

  func expect(_ statuses: Set<UInt>, _ response: Response, _ operation: String) throws {
    guard statuses.contains(response.status) else { throw refusal(response, operation) }
  }

  func refusal(_ response: Response, _ operation: String) -> S3Error {
    let code = S3XML.first("Code", in: String(decoding: response.body.prefix(4096), as: UTF8.self)[...]) ?? ""
    return .refused(operation: operation, status: response.status, code: String(code.prefix(64)))
  }
}
