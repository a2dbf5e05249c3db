import Codec
import Cryptography
import HTTPTypes
import RPC
import Receipts
import Testing

@testable import OrchestratorService

/// The log as SCITT clients see it.
@Suite struct EntryTests {
  @Test("A statement is registered at /entries, and its receipt found there again")
  func register() async throws {
    let world = try World()
    let service = try await world.ready()
    let statement = try SignedStatement(
      signing: Statement(
        kind: .contribution, issuer: "https://issuer.test", subject: "one", subjectDigest: SHA256.hash([1]),
        issuedAt: 1,
        predicate: ["type": "commitment", "commitment": .string("sha256:\(SHA256.hash([1]).hex)")]),
      with: SigningKey.generate())
    let answer = try await service.ask(
      .post, "/entries", bytes: statement.bytes, headers: [.contentType: "application/cose"])
    #expect(answer.status == 201)
    #expect(answer.headers[.location] == "/entries/\(statement.digest.hex)")
    #expect(answer.headers[.contentType] == "application/scitt-receipt+cose")
    let key = world.peers.log.receiptKey.publicKey
    let root = try COSEReceipt(answer.body).verify(entry: statement.digest.bytes, key: key)
    let again = try await service.ask(.get, "/entries/\(statement.digest.hex)")
    #expect(again.status == 200)
    #expect(try COSEReceipt(again.body).verify(entry: statement.digest.bytes, key: key) == root)
  }

  @Test("What the log refuses is told in concise problem details")
  func refused() async throws {
    let world = try World()
    let service = try await world.ready()
    func title(_ bytes: [UInt8]) throws -> String? { try CBOR(decoding: bytes).mapValue?[.int(-1)]?.textValue }
    let missing = try await service.ask(.get, "/entries/\(String(repeating: "0", count: 64))")
    #expect(missing.status == 404)
    #expect(missing.headers[.contentType] == "application/concise-problem-details+cbor")
    #expect(try title(missing.body) == "No such entry")
    let bad = try await service.ask(.get, "/entries/nothing")
    #expect(try bad.status == 400 && title(bad.body) == "Bad entry id")
    let wrongType = try await service.ask(.post, "/entries", bytes: [1], headers: [.contentType: "text/plain"])
    #expect(wrongType.status == 415)
    world.peers.set { $0.failuresBefore[.append] = 1 }
    let down = try await service.ask(.post, "/entries", bytes: [1], headers: [.contentType: "application/cose"])
    #expect(down.status == 503 && down.headers[.retryAfter] == "1")
    let large = [UInt8](repeating: 0, count: SignedStatement.bytesMax + 1)
    let tooLarge = try await service.ask(.post, "/entries", bytes: large, headers: [.contentType: "application/cose"])
    #expect(tooLarge.status == 413)
  }
}
