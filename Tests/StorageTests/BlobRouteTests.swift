import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MerkleLog
import RPC
import ServiceKit
import Stores
import Testing
import Wire

@testable import StorageService

/// `GET /blobs/...`: blobs for any HTTP client.
@Suite struct BlobRouteTests {
  let fixture: StorageFixture

  init() throws { fixture = try StorageFixture() }

  @Test func `Any HTTP client gets a blob whole or by range`() async throws {
    let storage = try await fixture.open()
    let data = blob(ChunkTree.chunkBytes + 1000)
    let name = BlobName(SHA256.hash(data))
    _ = try await put(data, to: storage)
    try await route(storage, "/blobs/\(name)") { answer in
      #expect(answer.status == .ok && Array(answer.body.readableBytesView) == data)
      #expect(answer.headers[.eTag] == "\"\(name)\"")
    }
    for (range, expected) in [
      ("bytes=0-0", 0..<1), ("bytes=1048570-1048580", 1_048_570..<1_048_581), ("bytes=-5", data.count - 5..<data.count),
      ("bytes=1048576-", 1_048_576..<data.count), ("bytes=5-99999999", 5..<data.count),
    ] {
      try await route(storage, "/blobs/\(name)", range: range) { answer in
        #expect(answer.status == .partialContent && Array(answer.body.readableBytesView) == Array(data[expected]))
        #expect(
          answer.headers[.contentRange] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/\(data.count)")
      }
    }
    for range in ["bytes=99999999-", "bytes=5-4", "bytes=-0", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6"] {
      try await route(storage, "/blobs/\(name)", range: range) { #expect($0.status == .rangeNotSatisfiable) }
    }
    try await route(storage, "/blobs/\(BlobName(of: [1]))") { #expect($0.status == .notFound) }
    try await route(storage, "/blobs/sha256:12") { #expect($0.status == .badRequest) }
    try await route(storage, "/blobs/\(name)", token: "wrong") { #expect($0.status == .unauthorized) }
  }
}

/// A caller of the service.
let tester = CallContext(
  logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
  identity: CallIdentity(requestID: "test", caller: "tester"))

func put(_ blob: [UInt8], to storage: StorageService, id: String = "one") async throws -> BlobInfo {
  var at = try await storage.beginUpload(
    BeginUploadRequest(uploadID: id, bytes: UInt64(blob.count), retention: .evidence), tester
  ).received
  while at < blob.count {
    let part = Array(blob[Int(at)..<min(Int(at) + (1 << 20), blob.count)])
    at = try await storage.putPart(PutPartRequest(uploadID: id, offset: at, data: part), tester).received
  }
  return try await storage.commitUpload(
    CommitUploadRequest(uploadID: id, digest: SHA256.hash(blob).bytes), tester)
}

func blob(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 3) } }

func route(
  _ storage: StorageService, _ path: String, range: String? = nil, token: String = "0123456789abcdef",
  _ check: @escaping @Sendable (TestResponse) throws -> Void
) async throws {
  let application = Application(router: ServiceHost.router(storage, token: "0123456789abcdef"))
  try await application.test(.router) { client in
    var headers: HTTPFields = [.authorization: "Bearer \(token)"]
    headers[.range] = range
    try await client.execute(uri: path, method: .get, headers: headers) { try check($0) }
  }
}
