import Credit
import Cryptography
import MerkleLog
import RPC
import Receipts
import Testing
import Wire

@testable import AttributionService

/// Whom the documents of an answer are credited to, through the service, and how that is gamed.
@Suite struct OwnerTests {
  private static let price: UInt64 = 1_000_000
  private static let values: [Int64] = [-400_000, -100_000, -300_000, -50_000]

  private func office(_ work: (Office, TownLog, AttributionService) async throws -> Void) async throws {
    try await withOffice { office in
      office.policy = try AttributionPolicy(
        id: "documents/1", roles: [PolicyRole(role: "all", basisPoints: 10_000, method: .contextShapley)])
      let log = try TownLog()
      try log.add("ada", "eve", "eve-2")
      try await work(office, log, office.open(following: log))
    }
  }

  private static func document(_ text: String, _ contributor: String) -> WireDocumentSource {
    WireDocumentSource(contributor: contributor, record: SHA256.hash(Array(text.utf8)).bytes)
  }

  /// The request that an orchestrator makes of an answer from these documents.
  private func request(
    _ number: Int, _ documents: [WireDocumentSource], _ service: AttributionService
  ) async throws -> AttributeRequest {
    await service.feed?.check()
    let owners = try await service.findOwners(FindOwnersRequest(documents: documents)).ownership
    var request = try Office.request(number, price: Self.price)
    request.executionStatement = try Office.execution(Office.id(number)) { $0.parameters.documents = documents.count }
    request.documents = documents
    request.scores = try Office.opening(DocumentScores.data(Self.values) + owners)
    return request
  }

  private func shares(
    _ number: Int, _ documents: [WireDocumentSource], _ service: AttributionService
  ) async throws -> [String: UInt64] {
    let predicate = try await service.attributed(request(number, documents, service))
    let size = await service.feed?.head?.size
    #expect(predicate.scores?.registry?.size == size)
    return Dictionary(uniqueKeysWithValues: predicate.shares.map { ($0.contributor, $0.amountNano) })
  }

  @Test func `a late copier earns nothing, by its name or by the asker's word`() async throws {
    try await office { _, log, service in
      try log.register("Paris.", as: "book", by: "ada")
      try log.register("Paris.", as: "mine", by: "eve")
      let paid = try await shares(1, [Self.document("Paris.", "eve"), Self.document("Rain.", "bob")], service)
      #expect(paid == ["ada": 785_714, "bob": 214_286])
    }
  }

  @Test func `who reveals what was committed to before takes over in later snapshots only`() async throws {
    try await office { _, log, service in
      let ada = try log.commit("Paris.", as: "book", by: "ada")
      try log.register("Paris.", as: "mine", by: "eve")
      let documents = [Self.document("Paris.", "x"), Self.document("Rain.", "bob")]
      #expect(try await shares(1, documents, service).keys.sorted() == ["bob", "eve"])
      let before = try await request(2, documents, service)
      try log.reveal("Paris.", as: "book", by: "ada", committed: ada)
      #expect(try await shares(3, documents, service).keys.sorted() == ["ada", "bob"])
      // Asked before, and attributed after the reveal: the snapshot that was named counts.
      let late = try await service.attributed(before)
      #expect(late.shares.map(\.contributor) == ["bob", "eve"])
    }
  }

  @Test func `split names and two copies in one prompt earn what one would`() async throws {
    try await office { _, log, service in
      try log.register("Paris.", "Rain.", as: "book", by: "ada")
      for name in ["eve", "eve-2"] {
        try log.register("Paris.", as: "copy", by: name)
      }
      let split = [Self.document("Paris.", "eve"), Self.document("Paris.", "eve-2")]
      #expect(try await shares(1, split, service) == ["ada": Self.price])
      let both = [Self.document("Paris.", "eve"), Self.document("Rain.", "ada")]
      #expect(try await shares(2, both, service) == ["ada": Self.price])
    }
  }

  @Test func `a near copy is not registered, and is shown as the asker's word`() async throws {
    try await office { _, log, service in
      try log.register("Paris.", as: "book", by: "ada")
      let request = try await request(1, [Self.document("Paris. ", "ada"), Self.document("Paris.", "eve")], service)
      let scores = try #require(try AttributionService.scores(request))
      #expect(scores.lines.map { $0.owner?.ground } == ["claimed", "registered"])
      #expect(scores.lines.map(\.source.contributor) == ["ada", "ada"])
    }
  }

  @Test func `an ownership that the log does not say is not signed`() async throws {
    try await office { office, log, service in
      try log.register("Paris.", as: "book", by: "ada")
      let documents = [Self.document("Paris.", "eve"), Self.document("Rain.", "bob")]
      let honest = try await request(1, documents, service)
      let opening = try Opening(blob: honest.scores)
      let text = String(decoding: opening.data.dropFirst(32), as: UTF8.self)
      let root = try #require(await service.feed?.head?.root).hex
      // A thief's id; the asker's word in the registered one's place; another log; a size that was not reached.
      let lies = [
        text.replacing(#""contributor":"ada""#, with: #""contributor":"eve""#),
        text.replacing(root, with: String(repeating: "0", count: 64)),
        text.replacing(#""size":"6""#, with: #""size":"4""#), text.replacing(#""size":"6""#, with: #""size":"7""#),
      ]
      for lie in lies {
        #expect(lie != text)
        var request = honest
        request.scores = try Opening(
          salt: opening.salt, data: DocumentScores.data(Self.values) + Array(lie.utf8)
        ).blob
        let refused = request
        let error = try await refusal { try await service.attribute(refused) }
        #expect(error?.code == .invalidArgument || error?.code == .unavailable, "\(lie)")
      }
      let unfollowing = try await office.open()
      #expect(try await refusal { try await unfollowing.attribute(honest) }?.code == .failedPrecondition)
      #expect(try await unfollowing.findOwners(FindOwnersRequest(documents: documents)).ownership.isEmpty)
      log.edit { $0.entries.removeLast() }
      await service.feed?.check()
      #expect(try await refusal { try await service.attribute(honest) }?.code == .failedPrecondition)
    }
  }

  @Test func `documents without the digest of their text, too many or none are refused`() async throws {
    try await office { _, _, service in
      await service.feed?.check()
      let sound = Self.document("Paris.", "eve")
      let wrong: [[WireDocumentSource]] = [
        [], Array(repeating: sound, count: 257), [WireDocumentSource(contributor: "eve")],
        [WireDocumentSource(contributor: "eve", record: [1])],
        [WireDocumentSource(contributor: "", record: sound.record)],
      ]
      for documents in wrong {
        let error = try await refusal { try await service.findOwners(FindOwnersRequest(documents: documents)) }
        #expect(error?.code == .invalidArgument)
      }
    }
  }
}
