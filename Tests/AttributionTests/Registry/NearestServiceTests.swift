import Credit
import Cryptography
import RPC
import Receipts
import ServiceKit
import Synchronization
import Testing
import Wire

@testable import AttributionService

/// Registered records near to answers, through the service with a policy that credits them.
@Suite struct NearestServiceTests {
  private static let answer = "it goes 10 90"

  private static func policy(_ form: NearestParameters.Form) throws -> AttributionPolicy {
    try AttributionPolicy(
      id: "nearest/1",
      roles: [
        PolicyRole(
          role: "all", basisPoints: 10_000,
          method: .nearest(NearestParameters(form, shift: 0, nearBasisPoints: 9_500)))
      ])
  }

  private func office(_ work: (inout Office, TownLog, FakeEncoder) async throws -> Void) async throws {
    try await withCompass(nobodys: "nobody's 1 99") { office, log, encoder in
      office.policy = try Self.policy(.nearest(KNNShapley(neighbours: 1)))
      try await work(&office, log, encoder)
    }
  }

  private func open(_ office: Office, _ log: TownLog, _ encoder: FakeEncoder) async throws -> AttributionService {
    let service = try await office.open(following: log, embed: encoder.embed)
    await service.feed?.check()
    #expect(await service.indexer?.round() == true)
    return service
  }

  private func request(
    _ number: Int, _ texts: [String], _ service: AttributionService
  ) async throws -> AttributeRequest {
    let found = try await service.findNearest(FindNearestRequest(texts: texts.map { Array($0.utf8) })).nearest
    var request = try Office.request(number, answering: texts)
    request.nearest = try Office.opening(found)
    return request
  }

  @Test func `whose records are near to an answer is credited`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      let north = try await service.attributed(request(1, [Self.answer], service))
      #expect(north.shares.map(\.contributor) == ["ada"])
      let stated = try #require(north.nearest)
      #expect(stated.method == "knn-shapley/1" && stated.encoder.bytes == encoder.model)
      #expect((stated.queries, stated.classes, stated.lines) == (1, 4, 3) && stated.registry.size == 7)
      let both = try await service.attributed(request(2, ["0 -90", Self.answer, " \n"], service))
      #expect(both.shares.map(\.contributor) == ["ada", "eve"] && both.nearest?.queries == 3)
      let nothing = try await service.attributed(request(3, [""], service))
      #expect(nothing.shares.map(\.contributor) == [CreditID.unattributed] && nothing.nearest?.lines == 0)
      #expect(!encoder.state.withLock { $0.embedded }.contains("nobody's 1 99"))
      // What was not looked for is credited to nobody.
      var unsought = try await request(4, [Self.answer], service)
      (unsought.nearest, unsought.content) = ([], [])
      let later = try await service.attributed(unsought)
      #expect(later.shares.map(\.contributor) == [CreditID.unattributed] && later.nearest == nil)
    }
  }

  @Test func `all within a radius are credited`() async throws {
    try await office { office, log, encoder in
      office.policy = try Self.policy(.within(ThresholdKNNShapley(radius: 7_000)))
      let service = try await open(office, log, encoder)
      let within = try await service.attributed(request(1, [Self.answer], service))
      #expect(within.shares.map(\.contributor) == ["ada"])
      #expect(within.nearest?.method == "tknn-shapley/1" && within.nearest?.lines == 2)
    }
  }

  @Test func `what was found before more was registered is signed as it was found`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      let before = try await request(1, [Self.answer], service)
      try log.register("nobody's 1 99", as: "late", by: "eve")
      await service.feed?.check()
      #expect(await service.indexer?.round() == true)
      // A near copy of what ada has: one class, and no line more.
      let after = try await service.attributed(request(2, [Self.answer], service))
      #expect(after.shares.map(\.contributor) == ["ada"] && after.nearest?.registry.size == 9)
      #expect(after.nearest?.classes == 4 && after.nearest?.lines == 3)
      let first = try await service.attributed(before)
      #expect(first.nearest?.registry.size == 7)
      // Whoever asks late asks by the log that its receipt has seen.
      func asked(_ size: UInt64) -> FindNearestRequest {
        FindNearestRequest(texts: [Array(Self.answer.utf8)], logSize: size)
      }
      #expect(try await service.findNearest(asked(7)).nearest == Opening(blob: before.nearest).data)
      let later = try await service.findNearest(asked(9)).nearest
      #expect(try await service.findNearest(asked(0)).nearest == later && later != Opening(blob: before.nearest).data)
      #expect(try await refusal { try await service.findNearest(asked(99)) }?.code == .unavailable)
      // Asked again it is the same, and of other records it is refused.
      #expect(try await service.attributed(before) == first)
      var other = before
      other.nearest = try await request(1, [Self.answer], service).nearest
      let changed = other
      #expect(try await refusal { try await service.attribute(changed) }?.code == .alreadyExists)
    }
  }

  @Test func `until records are embedded nothing is found, and another encoder makes them anew`() async throws {
    try await office { office, log, encoder in
      let asked = FindNearestRequest(texts: [Array(Self.answer.utf8)])
      let early = try await office.open(following: log, embed: encoder.embed)
      #expect(try await refusal { try await early.findNearest(asked) }?.code == .unavailable)
      encoder.set { $0.left = 2 }
      await early.feed?.check()
      #expect(await early.indexer?.round() == false)
      encoder.set { $0.left = nil }
      let service = try await open(office, log, encoder)
      let sound = try await request(1, [Self.answer], service)
      encoder.set { $0.name = 2 }
      #expect(try await refusal { try await service.findNearest(asked) }?.code == .unavailable)
      #expect(await service.indexer?.round() == true)
      #expect(try await service.findNearest(asked).nearest.isEmpty == false)
      let error = try await refusal { try await service.attribute(sound) }
      #expect(error?.code == .failedPrecondition && error?.message.contains("put back that of then") == true)
      encoder.set { $0.answer = EmbedResponse(model: [1], width: 2, vectors: [1]) }
      #expect(try await refusal { try await service.findNearest(asked) }?.code == .dataLoss)
    }
  }

  @Test func `records that do not earn so, or of other content, are refused`() async throws {
    try await office { office, log, encoder in
      let service = try await open(office, log, encoder)
      let sound = try await request(1, [Self.answer], service)
      for (old, new) in [
        (#""contributor":"ada""#, #""contributor":"eve""#), (#""asset":"book""#, #""asset":"mine""#),
        (#""score":"5864062014805000""#, #""score":"5864062014805001""#), (#""classes":4"#, #""classes":5"#),
        (#"["0a5a"]"#, #"["0a5b"]"#), (#"["0a5a"]"#, #"["0a5a00"]"#), ("knn-shapley/1", "tknn-shapley/1"),
        (#""size":"7""#, #""size":"6""#), (#""size":"7""#, #""size":"0""#),
      ] {
        let nearest = try Office.edited(sound.nearest, old, new)
        #expect(try await service.refused(sound) { $0.nearest = nearest } == .invalidArgument, "\(new)")
      }
      #expect(try await service.refused(sound) { $0.nearest.removeLast() } == .invalidArgument)
      #expect(try await service.refused(sound) { $0.nearest = [] } == .invalidArgument, "content for nothing")
      #expect(try await service.refused(sound) { $0.content = [] } == .invalidArgument)
      let other = try Office.content(["or 10 90"]).blob
      #expect(try await service.refused(sound) { $0.content = other } == .invalidArgument, "not what was executed")
      let behind = try Office.edited(sound.nearest, #""size":"7""#, #""size":"9""#)
      #expect(try await service.refused(sound) { $0.nearest = behind } == .unavailable)
      for texts in [[], [[0xFF]]] as [[[UInt8]]] {
        #expect(
          try await refusal { try await service.findNearest(FindNearestRequest(texts: texts)) }?.code
            == .invalidArgument)
      }
      try office.keep(Office.records(Array(Office.compass.dropFirst())), as: "records.jsonl")
      let fewer = try await open(office, log, encoder)
      let error = try await refusal { try await fewer.attribute(sound) }
      #expect(error?.code == .failedPrecondition && error?.message.contains("--collections") == true)
      let asked = FindNearestRequest(texts: [[0x61]])
      let without = try await office.open(following: log)
      let needs = try await refusal { try await without.findNearest(asked) }
      #expect(needs?.code == .failedPrecondition && needs?.message.contains("--inference-url") == true)
      #expect(try await refusal { try await without.attribute(sound) }?.code == .failedPrecondition)
      office.policy = .standard
      let standard = try await open(office, log, encoder)
      #expect(try await refusal { try await standard.findNearest(asked) }?.code == .failedPrecondition)
      #expect(try await refusal { try await standard.attribute(sound) }?.code == .failedPrecondition)
    }
  }
}
