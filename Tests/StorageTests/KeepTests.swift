import Cryptography
import Foundation
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import StorageService

@Suite struct KeepTests {
  let fixture: StorageFixture
  let receipt = ReceiptID(unixMs: 1_700_000_000_000, random: Array(1...10))
  let subject = SHA256.hash([1])

  init() throws { fixture = try StorageFixture() }

  func request(_ blobs: [(Retention, [UInt8])], receipt: String? = nil, subject: [UInt8]? = nil) -> KeepRequest {
    KeepRequest(
      receiptID: receipt ?? self.receipt.description, subjectDigest: subject ?? self.subject.bytes,
      blobs: blobs.map { WireBlob(retention: $0.0, data: $0.1) })
  }

  @Test func `Custody names every blob, its size and its class, and is signed by storage`() async throws {
    let storage = try await fixture.open()
    let blobs: [(Retention, [UInt8])] = [
      (.statement, [1]), (.opening, [2, 2]), (.model, []), (.evidence, [4]), (.content, [5]),
    ]
    let answer = try await storage.keep(request(blobs))
    #expect(answer.digests == blobs.map { SHA256.hash($0.1).bytes })
    let statement = try SignedStatement(answer.custodyStatement)
    #expect(statement.isSigned(by: fixture.keys.custody.publicKey))
    #expect(statement.statement.kind == .custody && statement.statement.subjectDigest == subject)
    #expect(statement.statement.issuer == StorageFixture.storageIssuer)
    let custody = try CustodyPredicate(statement.statement.predicate)
    #expect(custody.receiptID == receipt && custody.keptUnixMs == 1_700_000_000_123)
    #expect(custody.blobs.map(\.bytes) == [1, 2, 0, 1, 1])
    #expect(custody.blobs.map(\.retention) == [.statement, .opening, .model, .evidence, .content])
    for (retention, data) in blobs {
      let kept = try await storage.blob(GetBlobRequest(digest: SHA256.hash(data).bytes))
      #expect(kept == GetBlobResponse(data: data, retention: retention))
    }
  }

  @Test func `The same custody is given again byte for byte, after a restart too`() async throws {
    let blobs: [(Retention, [UInt8])] = [(.statement, [1]), (.opening, [2])]
    let first = try await fixture.open().keep(request(blobs))
    let storage = try await fixture.open()
    #expect(try await storage.keep(request(blobs)) == first)
    let together = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<10 {
        group.addTask { try await storage.keep(request(blobs, subject: SHA256.hash([2]).bytes)).custodyStatement }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(together.count == 1 && !together.contains(first.custodyStatement))
  }

  @Test func `Other blobs for a custody that is signed are refused`() async throws {
    let storage = try await fixture.open()
    _ = try await storage.keep(request([(.opening, [1]), (.opening, [2])]))
    for blobs in [
      [(.opening, [1])], [(.opening, [2]), (.opening, [1])], [(.opening, [1]), (.content, [2])],
    ] as [[(Retention, [UInt8])]] {
      #expect(await code(storage) { try await storage.keep(request(blobs)) }?.code == .alreadyExists)
    }
  }

  @Test func `What cannot be kept is refused by name`() async throws {
    let storage = try await fixture.open(blobBytesMax: 100)
    for (request, word) in [
      (request([]), "0 blobs"),
      (request(Array(repeating: (.opening, []), count: 4097)), "4097 blobs"),
      (request([(.unspecified, [1])]), "retention class"),
      (request([(.opening, [UInt8](repeating: 0, count: 101))]), "limit of 100"),
      (request([(.opening, [1])], receipt: "not-an-id"), "receipt_id"),
      (request([(.opening, [1])], receipt: receipt.description.uppercased()), "receipt_id"),
      (request([(.opening, [1])], subject: [1, 2]), "subject_digest"),
    ] {
      let error = await code(storage) { try await storage.keep(request) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains(word) == true, "\(String(describing: error))")
    }
  }

  @Test func `A blob that the disk changed is data loss, a missing one not found`() async throws {
    let storage = try await fixture.open()
    let data = Array("kept".utf8)
    _ = try await storage.keep(request([(.opening, data)]))
    let digest = SHA256.hash(data)
    let file =
      "\(fixture.folder)/blobs/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2).prefix(2))/sha256:\(digest.hex)"
    try Data("kepT".utf8).write(to: URL(filePath: file))
    #expect(await code(storage) { try await storage.blob(GetBlobRequest(digest: digest.bytes)) }?.code == .dataLoss)
    let other = GetBlobRequest(digest: SHA256.hash([7]).bytes)
    #expect(await code(storage) { try await storage.blob(other) }?.code == .notFound)
    #expect(await code(storage) { try await storage.blob(GetBlobRequest(digest: [7])) }?.code == .invalidArgument)
  }
}
