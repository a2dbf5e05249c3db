import Credit
import Cryptography
import Foundation
import RPC
import Receipts
import ServiceKit
import Testing
import Wire

@testable import AttributionService

/// Spans of answers in registered texts, through the service with a policy that looks for them.
@Suite struct SpanServiceTests {
  private static let text = (0..<40).map { "word\($0)" }.joined(separator: " ")
  /// Ten words of the text, in other dress, between words of nobody.
  private static let answer = "He said: \"Word3 word4, WORD5 word6 word7 word8 word9 word10 word11 word12\" and left."

  private func office(
    rarityMin: Int = 0, _ work: (inout Office, TownLog) async throws -> Void
  ) async throws {
    try await withCopy(of: Self.text) { office, log in
      let table = try RarityTable(texts: [SpanTokens.tokens(Self.text)])
      try Data(table.file).write(to: URL(filePath: "\(office.folder)/table"))
      office.rarityTable = "\(office.folder)/table"
      office.policy = try AttributionPolicy(
        id: "spans/1",
        roles: [
          PolicyRole(
            role: "all", basisPoints: 10_000,
            method: .span(
              SpanParameters(
                lengthMin: 8, rarityMin: rarityMin, rarityTable: table.digest, shingle: 3, words: 128,
                nearBasisPoints: 8_000)))
        ])
      try await work(&office, log)
    }
  }

  private func request(
    _ number: Int, _ texts: [String], _ service: AttributionService
  ) async throws -> AttributeRequest {
    await service.feed?.check()
    let found = try await service.findSpans(FindSpansRequest(texts: texts.map { Array($0.utf8) })).spans
    var request = try Office.request(number, answering: texts)
    request.spans = try Office.opening(found)
    return request
  }

  @Test func `who registered the words of an answer is credited for them, whoever copied them`() async throws {
    try await office { office, log in
      let service = try await office.open(following: log)
      let request = try await request(1, [Self.answer, "Nothing of anybody."], service)
      let predicate = try await service.attributed(request)
      let stated = try #require(predicate.spans)
      #expect(stated.tokens == 17 && stated.spans == 1 && stated.registry.records != nil)
      // 10 of 17 words: 588,237.06 of 1,000,003, and 411,765.94.
      #expect(
        predicate.shares == [
          Share(contributor: "ada", amountNano: 588_237),
          Share(contributor: CreditID.unattributed, amountNano: 411_766),
        ])
      let line = try AnswerSpans(opened: Opening(blob: request.spans), content: Opening(blob: request.content)).lines[0]
      #expect((line.choice, line.start, line.length, line.tokens) == (0, 2, 10, 10))
      #expect(line.asset == "book" && line.record == SHA256.hash(Array(Self.text.utf8)))
      #expect(try await service.attributed(request) == predicate, "again, it says the same")
      var without = request
      (without.spans, without.content) = ([], [])
      let bare = without
      #expect(try await refusal { try await service.attribute(bare) }?.code == .alreadyExists)
    }
  }

  @Test func `common words are nobody's where the policy wants rare ones`() async throws {
    // A word of 40 costs 5.3 bits: 10 words 53, of 256 parts each.
    for (rarityMin, spans) in [(13_000, 1), (14_000, 0)] {
      try await office(rarityMin: rarityMin) { office, log in
        let service = try await office.open(following: log)
        let predicate = try await service.attributed(request(1, [Self.answer], service))
        #expect(predicate.spans?.spans == spans)
      }
    }
  }

  @Test func `what was found before more was registered is signed as it was found`() async throws {
    try await office { office, log in
      let more = "an older text has word3 word4 word5 word6 word7 word8 word9 word10 word11 word12 and left too"
      try office.keep(more, as: "more.txt")
      let service = try await office.open(following: log)
      let before = try await request(1, [Self.answer], service)
      try log.add("bob")
      try log.register(more, as: "more", by: "bob")
      let after = try await request(2, [Self.answer], service)
      #expect(try await service.attributed(after).shares.map(\.contributor) == ["bob", CreditID.unattributed])
      #expect(try await service.attributed(before).shares.map(\.contributor) == ["ada", CreditID.unattributed])
      // Whoever asks late asks by the log that its receipt has seen.
      let found = try AnswerSpans(opened: Opening(blob: before.spans), content: Opening(blob: before.content))
      func asked(_ size: UInt64) -> FindSpansRequest {
        FindSpansRequest(texts: [Array(Self.answer.utf8)], logSize: size)
      }
      #expect(try await service.findSpans(asked(found.registry.size)).spans == found.opening.data)
      #expect(try await service.findSpans(asked(found.registry.size + 3)).spans == Opening(blob: after.spans).data)
      #expect(try await refusal { try await service.findSpans(asked(99)) }?.code == .unavailable)
      // The index that grew says what one that is made at once says.
      #expect(try await request(2, [Self.answer], office.open(following: log)) == after)
    }
  }

  @Test func `spans that the texts do not have, or of other content, are refused`() async throws {
    try await office { office, log in
      let service = try await office.open(following: log)
      let sound = try await request(1, [Self.answer], service)
      for (old, new) in [
        (#""contributor":"ada""#, #""contributor":"eve""#), (#""asset":"book""#, #""asset":"mine""#),
        (#""start":2"#, #""start":3"#), (#""length":10"#, #""length":9"#),
        (#""size":"7""#, #""size":"6""#), (#""size":"7""#, #""size":"0""#),
      ] {
        let spans = try Office.edited(sound.spans, old, new)
        #expect(try await service.refused(sound) { $0.spans = spans } == .invalidArgument, "\(new)")
      }
      #expect(try await service.refused(sound) { $0.spans.removeLast() } == .invalidArgument)
      #expect(try await service.refused(sound) { $0.spans = [] } == .invalidArgument)
      #expect(try await service.refused(sound) { $0.content = [] } == .invalidArgument)
      let other = try Office.content([Self.answer + " "]).blob
      #expect(try await service.refused(sound) { $0.content = other } == .invalidArgument, "not what was executed")
      let behind = try Office.edited(sound.spans, #""size":"7""#, #""size":"9""#)
      #expect(try await service.refused(sound) { $0.spans = behind } == .unavailable)
      for (texts, code) in [([], .invalidArgument), ([[0xFF]], .invalidArgument)] as [([[UInt8]], RPCCode)] {
        #expect(try await refusal { try await service.findSpans(FindSpansRequest(texts: texts)) }?.code == code)
      }
      try FileManager.default.removeItem(atPath: "\(office.folder)/collections/mine.jsonl")
      let fewer = try await office.open(following: log)
      let error = try await refusal { try await fewer.attribute(sound) }
      #expect(error?.code == .failedPrecondition && error?.message.contains("--collections") == true)
      let deaf = try await office.open()
      #expect(try await deaf.findSpans(FindSpansRequest(texts: [[0x61]])).spans.isEmpty)
      #expect(try await refusal { try await deaf.attribute(sound) }?.code == .failedPrecondition)
      office.policy = .standard
      let standard = try await office.open(following: log)
      #expect(
        try await refusal { try await standard.findSpans(FindSpansRequest(texts: [[0x61]])) }?.code
          == .failedPrecondition)
      #expect(try await refusal { try await standard.attribute(sound) }?.code == .invalidArgument)
    }
  }

  @Test func `a policy with span/1 is applied with its own table alone`() async throws {
    try await office { office, log in
      let table = try #require(office.rarityTable)
      for path in [nil, "\(office.folder)/none", "\(office.collections ?? "")/book.txt"] {
        office.rarityTable = path
        let open = office
        await #expect(throws: SettingsError.self) { try await open.open(following: log) }
      }
      office.rarityTable = table
      try Data(RarityTable(texts: []).file).write(to: URL(filePath: table))
      let other = office
      let error = await #expect(throws: SettingsError.self) { try await other.open(following: log) }
      #expect(error.map { "\($0)" }?.contains("the policy names") == true)
    }
  }
}
