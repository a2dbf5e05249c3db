import Cryptography
import Foundation
import RPC
import Receipts
import ServiceKit
import Synchronization
import Testing
import Wire

@testable import AttributionService

/// The records of registered collections, found by their vectors.
@Suite struct RetrieveTests {
  private func office(_ work: (Office, TownLog, FakeEncoder) async throws -> Void) async throws {
    try await withCompass(nobodys: "nobody's 1 1") { office, log, encoder in try await work(office, log, encoder) }
  }

  private func open(_ office: Office, _ log: TownLog, _ encoder: FakeEncoder) async throws -> AttributionService {
    let service = try await office.open(following: log, embed: encoder.embed)
    await service.feed?.check()
    return service
  }

  private func retrieve(
    _ collection: String, _ x: Int8, _ y: Int8, _ encoder: FakeEncoder, _ service: AttributionService, count: UInt32 = 2
  ) async throws -> [CollectionRecord] {
    try await service.retrieve(
      RetrieveRequest(
        collection: collection, model: encoder.model, vector: [UInt8(bitPattern: x), UInt8(bitPattern: y)],
        count: count)
    ).documents
  }

  @Test func `the nearest records of the collection come first, and a restart embeds nothing twice`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      #expect(await service.indexer?.round() == true)
      let found = try await retrieve("book", 10, 90, encoder, service)
      #expect(found.map(\.text) == ["north 0 100", "northeast 70 70"])
      #expect(found.allSatisfy { $0.contributor == "ada" && $0.asset == "book" })
      #expect(found.map(\.record) == found.map { SHA256.hash(Array($0.text.utf8)).bytes })
      #expect(try await retrieve("book", 100, 0, encoder, service, count: 6).count == 3, "all that it has")
      #expect(try await retrieve("south", 0, 100, encoder, service).map(\.contributor) == ["eve"])
      // Equally near: by the records' digests.
      let tied = try await retrieve("book", 0, 0, encoder, service, count: 3).map(\.record)
      #expect(tied == tied.sorted { $0.lexicographicallyPrecedes($1) })
      #expect(encoder.count == 4 && !encoder.state.withLock { $0.embedded }.contains("nobody's 1 1"))
      #expect(await service.indexer?.progress == .init(embedded: 4, count: 4))
      let again = try await open(office, log, encoder)
      #expect(await again.indexer?.round() == true)
      #expect(try await retrieve("book", 10, 90, encoder, again) == found && encoder.count == 4)
    }
  }

  @Test func `what is registered later is embedded alone`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      await service.indexer?.round()
      #expect(encoder.count == 4)
      try log.register("nobody's 1 1", as: "late", by: "eve")
      #expect(try await refusal { try await retrieve("late", 1, 1, encoder, service) }?.code == .unavailable)
      await service.indexer?.round()
      #expect(try await retrieve("late", 1, 1, encoder, service).map(\.contributor) == ["eve"] && encoder.count == 5)
    }
  }

  @Test func `an id that an older commitment takes over stands for its collection`() async throws {
    try await withOffice { office in
      try office.keep(Office.records(["a 1 1"]), as: "a.jsonl")
      let (log, encoder) = (try TownLog(), FakeEncoder())
      try log.add("ada", "eve")
      let ada = try log.commit("a 1 1", as: "book", by: "ada")
      try log.register("a 1 1", as: "book", by: "eve")
      let service = try await open(office, log, encoder)
      await service.indexer?.round()
      #expect(try await retrieve("book", 1, 1, encoder, service).map(\.contributor) == ["eve"])
      try log.reveal("a 1 1", as: "book", by: "ada", committed: ada)
      await service.feed?.check()
      #expect(try await refusal { try await retrieve("book", 1, 1, encoder, service) }?.code == .unavailable)
      await service.indexer?.round()
      #expect(try await retrieve("book", 1, 1, encoder, service).map(\.contributor) == ["ada"] && encoder.count == 1)
    }
  }

  @Test func `until all is embedded it is said how much is, and what was made is kept`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      let early = try await refusal { try await retrieve("book", 1, 1, encoder, service) }
      #expect(early == RPCError(.unavailable, "0 of 0 records embedded"))
      encoder.set { $0.left = 3 }
      #expect(await service.indexer?.round() == false)
      // The first collection is whole already.
      #expect(try await retrieve("book", 1, 1, encoder, service).count == 2)
      let error = try await refusal { try await retrieve("south", 1, 1, encoder, service) }
      #expect(error == RPCError(.unavailable, "3 of 4 records embedded"))
      let again = try await open(office, log, encoder)
      encoder.set { $0.left = nil }
      #expect(await again.indexer?.round() == true)
      #expect(encoder.count == 4 && CollectionIndexer.grouped(1_234_567) == "1,234,567")
      #expect(CollectionIndexer.grouped(0) == "0" && CollectionIndexer.grouped(1_200) == "1,200")
    }
  }

  @Test func `another encoder makes other vectors, and is never asked with those of before`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      await service.indexer?.round()
      encoder.set { $0.name = 2 }
      #expect(try await refusal { try await retrieve("book", 1, 1, encoder, service) }?.code == .unavailable)
      #expect(await service.indexer?.round() == true)
      #expect(try await retrieve("book", 1, 1, encoder, service).count == 2 && encoder.count == 8)
      encoder.set { $0.name = 1 }
      _ = try await refusal { try await retrieve("book", 1, 1, encoder, service) }
      #expect(await service.indexer?.round() == true)
      #expect(try await retrieve("book", 1, 1, encoder, service).count == 2 && encoder.count == 8, "they were kept")
    }
  }

  @Test func `vectors that are not those asked for are not kept`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      let model = encoder.model
      for wrong in [
        EmbedResponse(model: model, width: 2, vectors: [1]), EmbedResponse(model: model, width: 0, vectors: []),
        EmbedResponse(model: SHA256.hash([7]).bytes, width: 2, vectors: [1, 1, 1, 1, 1, 1]),
      ] {
        encoder.set { $0.answer = wrong }
        #expect(await service.indexer?.round() == false)
      }
      encoder.set { $0.answer = nil }
      #expect(await service.indexer?.round() == true)
      #expect(encoder.count == 4)
    }
  }

  @Test func `what cannot be retrieved is refused by what is wrong`() async throws {
    try await office { office, log, encoder in
      try log.register("elsewhere", as: "elsewhere", by: "eve")
      let service = try await open(office, log, encoder)
      await service.indexer?.round()
      func code(_ edit: (inout RetrieveRequest) -> Void) async throws -> RPCCode? {
        var request = RetrieveRequest(collection: "book", model: encoder.model, vector: [1, 1], count: 1)
        edit(&request)
        let edited = request
        return try await refusal { try await service.retrieve(edited) }?.code
      }
      #expect(try await code { _ in } == nil)
      #expect(try await code { $0.collection = "nothing" } == .notFound)
      #expect(try await code { $0.collection = "elsewhere" } == .notFound)
      #expect(try await code { $0.collection = "a b" } == .invalidArgument)
      #expect(try await code { $0.count = 0 } == .invalidArgument)
      #expect(try await code { $0.count = 257 } == .invalidArgument)
      #expect(try await code { $0.vector = [] } == .invalidArgument)
      #expect(try await code { $0.vector = [1] } == .invalidArgument)
      #expect(try await code { $0.vector = [UInt8](repeating: 0, count: 16_385) } == .invalidArgument)
      #expect(try await code { $0.model = [1] } == .invalidArgument)
      log.edit { $0.entries.removeLast() }
      await service.feed?.check()
      #expect(try await code { _ in } == .failedPrecondition, "a log that was rolled back says nothing")
      let without = try await office.open(following: log)
      let request = RetrieveRequest(collection: "book", model: encoder.model, vector: [1, 1], count: 1)
      #expect(try await refusal { try await without.retrieve(request) }?.code == .failedPrecondition)
      try Data("{}".utf8).write(to: URL(filePath: "\(office.folder)/collections/wrong.jsonl"))
      await #expect(throws: SettingsError.self) { try await office.open(following: log, embed: encoder.embed) }
    }
  }
}
