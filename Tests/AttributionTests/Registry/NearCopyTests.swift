import Credit
import Cryptography
import Foundation
import RPC
import Receipts
import ServiceKit
import Testing
import Wire

@testable import AttributionService

/// Near copies, through the service with a policy that looks for them.
@Suite struct NearCopyTests {
  private static let text = (0..<60).map { "word\($0)" }.joined(separator: " ")
  private static let values: [Int64] = [-400_000, -100_000]

  private func office(_ work: (Office, TownLog) async throws -> Void) async throws {
    try await withCopy(of: Self.text) { office, log in
      office.policy = try AttributionPolicy(
        id: "near/1",
        roles: [
          PolicyRole(
            role: "all", basisPoints: 10_000,
            method: .nearContextShapley(NearTexts(shingle: 3, words: 128, nearBasisPoints: 8_000)))
        ])
      try await work(office, log)
    }
  }

  private func request(
    _ number: Int, _ text: String, _ service: AttributionService
  ) async throws -> AttributeRequest {
    await service.feed?.check()
    let document = WireDocumentSource(
      contributor: "eve", record: SHA256.hash(Array(text.utf8)).bytes, text: text)
    let owners = try await service.findOwners(FindOwnersRequest(documents: [document])).ownership
    var request = try Office.request(number)
    request.executionStatement = try Office.execution(Office.id(number)) { $0.parameters.documents = 1 }
    request.documents = [document]
    request.scores = try Office.opening(DocumentScores.data(Self.values) + owners)
    return request
  }

  private func paid(_ request: AttributeRequest, _ service: AttributionService) async throws -> [String] {
    let predicate = try await service.attributed(request)
    #expect(predicate.scores?.registry?.records != nil)
    return predicate.shares.map(\.contributor)
  }

  @Test func `a near copy earns for its original, registered or not`() async throws {
    try await office { office, log in
      let service = try await office.open(following: log)
      let texts = [Self.text, Self.text + " copied", Self.text.uppercased() + " \n", Self.text + " more", "Rain."]
      for (at, text) in texts.enumerated() {
        #expect(try await paid(request(at + 1, text, service), service) == [at < 4 ? "ada" : "eve"], "\(at)")
      }
    }
  }

  @Test func `what was found before the classes were formed anew is signed as it was found`() async throws {
    try await office { office, log in
      let service = try await office.open(following: log)
      let before = try await request(1, Self.text + " more", service)
      try log.add("bob")
      log.fill(3)
      try log.register("Rain.", as: "rain", by: "bob")
      let after = try await request(2, "Rain.", service)
      #expect(try await paid(after, service) == ["bob"], "registered, though nobody gave its text")
      let again = try await office.open(following: log)
      await again.feed?.check()
      #expect(try await paid(before, again) == ["ada"])
      let lie = try Opening(blob: before.scores)
      var forged = before
      forged.receiptID = Office.id(3).description
      forged.executionStatement = try Office.execution(Office.id(3)) { $0.parameters.documents = 1 }
      forged.scores = try Opening(
        salt: lie.salt,
        data: Array(String(decoding: lie.data.dropFirst(16), as: UTF8.self).replacing("ada", with: "eve").utf8)
      ).blob
      forged.scores = try Opening(
        salt: lie.salt, data: Array(lie.data.prefix(16)) + Opening(blob: forged.scores).data
      ).blob
      let refused = forged
      #expect(try await refusal { try await again.attribute(refused) }?.code == .invalidArgument)
    }
  }

  @Test func `other texts than those of then are refused, and what to do is said`() async throws {
    try await office { office, log in
      let before = try await request(1, Self.text + " more", office.open(following: log))
      try FileManager.default.removeItem(atPath: "\(office.folder)/collections/mine.jsonl")
      let service = try await office.open(following: log)
      let error = try await refusal { try await service.attribute(before) }
      #expect(error?.code == .failedPrecondition && error?.message.contains("--collections") == true)
      let bare = WireDocumentSource(contributor: "eve", record: SHA256.hash([1]).bytes)
      #expect(
        try await refusal { try await service.findOwners(FindOwnersRequest(documents: [bare])) }?.code
          == .invalidArgument)
      let other = WireDocumentSource(contributor: "eve", record: SHA256.hash([1]).bytes, text: "x")
      #expect(
        try await refusal { try await service.findOwners(FindOwnersRequest(documents: [other])) }?.code
          == .invalidArgument)
    }
  }

  @Test func `a collection that cannot be read stops the start`() async throws {
    try await office { office, log in
      let path = "\(office.folder)/collections/mine.jsonl"
      for bytes in [Data("{}".utf8), Data([0x0A]), Data()] {
        try bytes.write(to: URL(filePath: path))
        await #expect(throws: SettingsError.self) { try await office.open(following: log) }
      }
      try FileManager.default.removeItem(atPath: path)
      try Data([0xFF]).write(to: URL(filePath: "\(office.folder)/collections/bytes"))
      await #expect(throws: SettingsError.self) { try await office.open(following: log) }
      try FileManager.default.removeItem(atPath: "\(office.folder)/collections/bytes")
      try FileManager.default.createDirectory(
        atPath: "\(office.folder)/collections/below", withIntermediateDirectories: true)
      await #expect(throws: SettingsError.self) { try await office.open(following: log) }
    }
  }
}
