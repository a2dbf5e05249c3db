import Credit
import Cryptography
import Exact
import Foundation
import RPC
import Receipts
import Testing
import Wire

@testable import InferenceService
@testable import VerificationService

/// What verification computes for attribution.
@Suite struct ScoreTests {
  static let body = VerificationFixture.body(
    #""documents":[{"text":"Zambezi, Orinoco.","contributor":"ada"}],"max_tokens":4,"temperature":0"#)

  @Test("an answer with documents passes, and other kernels and threads give it the same values")
  func values() async throws {
    let execution = try await Execution(Self.body)
    #expect(execution.predicate.parameters.documents == 1)
    #expect(try await VerificationFixture.reexecute(execution).predicate.result == .pass)
    let suite = try await VerificationFixture.suite()
    let found = try await suite.verification.scoreDocuments(try execution.request, VerificationFixture.call())
    #expect(found.values.count == 16)
    let other = try VerificationFixture.verification(VerificationSettings(models: suite.folder.path, threads: 2))
    #expect(try await other.scoreDocuments(try execution.request, VerificationFixture.call()) == found)
    let opening = try Opening(salt: [UInt8](repeating: 1, count: 32), data: found.values)
    _ = try DocumentScores(opening, sources: [DocumentSource(contributor: "ada")])
  }

  @Test("parts of the sets are the whole, and a part that is none is refused")
  func parts() async throws {
    let texts = (0..<3).map { #"{"text":"River \#($0)."}"# }.joined(separator: ",")
    let execution = try await Execution(
      VerificationFixture.body(#""documents":[\#(texts)],"max_tokens":1,"temperature":0"#))
    let suite = try await VerificationFixture.suite()
    var request = try execution.request
    func values(_ first: UInt32, _ count: UInt32) async throws -> [UInt8] {
      (request.firstSet, request.setCount) = (first, count)
      return try await suite.verification.scoreDocuments(request, VerificationFixture.call()).values
    }
    let whole = DocumentScores.values(try await values(0, 0))
    var parts: [UInt8] = []
    for first in stride(from: 0, to: 8, by: 3) {
      parts += try await values(UInt32(first), UInt32(min(3, 8 - first)))
    }
    #expect(whole.count == 8 && DocumentSets.bySet(DocumentScores.values(parts)) == whole)
    (request.firstSet, request.setCount) = (0, 0)
    func named(_ sets: [UInt8]) async throws -> [Int64] {
      request.sets = sets
      return DocumentScores.values(
        try await suite.verification.scoreDocuments(request, VerificationFixture.call()).values)
    }
    let some = [0b110, 0b001, 0b111]
    #expect(try await named(some.flatMap { DocumentSet($0).bytes }) == some.map { whole[$0] })
    let one = DocumentSet(1).bytes
    for sets in [
      Array(one.dropLast()), one + [0], DocumentSet(0b1000).bytes, Array(repeating: one, count: 17).flatMap(\.self),
    ] {
      let error = await #expect(throws: RPCError.self) { _ = try await named(sets) }
      #expect(error?.code == .invalidArgument, "\(sets.count) bytes")
    }
    request.setCount = 1
    await #expect(throws: RPCError.self) { _ = try await named(one) }
    request.sets = []
    for (first, count) in [(8, 1), (0, 9), (7, 2), (UInt32.max, UInt32.max)] as [(UInt32, UInt32)] {
      let error = await #expect(throws: RPCError.self) { _ = try await values(first, count) }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test("a statement that contradicts its openings, one without documents, and another model have no values")
  func refused() async throws {
    let suite = try await VerificationFixture.suite()
    func code(_ execution: Execution, by service: VerificationService? = nil) async throws -> RPCCode? {
      do {
        _ = try await (service ?? suite.verification).scoreDocuments(try execution.request, VerificationFixture.call())
        return nil
      } catch let error as RPCError { return error.code }
    }
    #expect(try await code(Execution()) == .invalidArgument)
    var execution = try await Execution(Self.body)
    let empty = try TemporaryFolder()
    let without = try VerificationFixture.verification(VerificationSettings(models: empty.path))
    #expect(try await code(execution, by: without) == .failedPrecondition)
    try execution.forge { $0.completionTokens += 1 }
    #expect(try await code(execution) == .invalidArgument)
    execution.openings[.scores] = execution.openings[.content]
    #expect(try await code(execution) == .invalidArgument)
  }

  @Test("of more documents than can be enumerated only named sets are valued")
  func many() async throws {
    let texts = (0..<13).map { #"{"text":"\#($0)."}"# }.joined(separator: ",")
    let execution = try await Execution(
      VerificationFixture.body(#""documents":[\#(texts)],"max_tokens":1,"temperature":0"#))
    let suite = try await VerificationFixture.suite()
    var request = try execution.request
    for count in [0, 1] as [UInt32] {
      request.setCount = count
      let asked = request
      let error = await #expect(throws: RPCError.self) {
        try await suite.verification.scoreDocuments(asked, VerificationFixture.call())
      }
      #expect(error?.code == .invalidArgument && error?.message.contains("name those") == true)
    }
    (request.setCount, request.sets) = (0, DocumentSet([0, 12]).bytes + DocumentSet().bytes)
    let found = DocumentScores.values(
      try await suite.verification.scoreDocuments(request, VerificationFixture.call()).values)
    #expect(found.count == 2 && found.allSatisfy { $0 <= 0 })
  }
}
