import Codec
import Cryptography
import Foundation
import HTTPTypes
import Receipts
import Synchronization
import Testing

@testable import OrchestratorService

@Suite("An answer and its receipt")
struct AnswerTests {
  static let text = "Two plus \"two\"\nis four."
  static let shown: [Check.Name] = [
    .signatures, .binding, .content, .inclusion, .model, .reexecution, .attribution, .custody,
  ]

  @Test("A whole answer has OpenAI's members, and its receipt as the last one")
  func wholeAnswer() async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat()
    #expect(answer.status == 200)
    #expect(answer.headers[.contentType] == "application/json")
    let json = try answer.json
    #expect(
      json.objectValue?.map(\.name) == [
        "id", "object", "created", "model", "choices", "usage", "system_fingerprint", "receipt",
      ])
    #expect(json["object"] == "chat.completion")
    #expect(json["id"]?.stringValue?.hasPrefix("chatcmpl-") == true)
    #expect(json["choices"]?[0]?["message"]?["content"]?.stringValue == Self.text)
    #expect(json["choices"]?[0]?["finish_reason"] == "stop")
    #expect(json["usage"] == ["prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9])
    let receipt = json["receipt"]
    #expect(receipt?["object"] == "receipt")
    #expect(receipt?["id"]?.stringValue == answer.receiptID)
    #expect(receipt?["outcome"] == "answered")
    #expect(receipt?["log"]?["origin"]?.stringValue == world.peers.log.origin)
    let index = try #require(receipt?["log"]?["index"]?.decimalValue)
    #expect(index < (try #require(receipt?["log"]?["tree_size"]?.decimalValue)))
    let digest = try #require(receipt?["statement_digest"]?.stringValue.flatMap { Digest32(named: $0) })
    #expect(world.peers.log.occurrences(of: digest) == 1)
  }

  @Test("The bundle of a whole answer is accepted offline, with the client's own copy")
  func wholeBundle() async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat()
    let bytes = try await service.bundle(try #require(answer.receiptID))
    #expect(bytes.status == 200)
    #expect(bytes.headers[.contentType] == Bundle.mediaType)
    let report = BundleVerifier(policy: try world.trust(required: Self.shown), ownResponse: answer.body).verify(
      bytes.body)
    #expect(report.isAccepted, "\(report.checks)")
    let bundle = try Bundle(bytes.body)
    let wire = try Opening(blob: try #require(bundle.openings[.wire])).data
    #expect(try JSON.bytes(answer.body, withoutLastMember: "receipt") == wire)
    #expect(
      try Opening(blob: try #require(bundle.openings[.request])).data == Array(OrchestratorService.chatBody().utf8))
  }

  @Test("Another copy of the answer is not the one that was sent")
  func otherCopy() async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat()
    let bytes = try await service.bundle(try #require(answer.receiptID))
    let altered = Array(answer.text.replacingOccurrences(of: "four", with: "five").utf8)
    let report = BundleVerifier(policy: try world.trust(), ownResponse: altered).verify(bytes.body)
    #expect(report[.content]?.state == .fail)
  }

  @Test(
    "A stream is unnamed events: role, pieces, the finish chunk with the receipt, [DONE]", arguments: [false, true])
  func stream(usage: Bool) async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat(stream: true, usage: usage)
    #expect(answer.status == 200)
    #expect(answer.headers[.contentType] == "text/event-stream; charset=utf-8")
    #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
    #expect(!answer.text.contains("event:") && !answer.text.contains("retry:"))
    var chunks = try answer.events.dropLast().map { event in try JSON(parsing: Array(event.utf8)) }
    #expect(chunks.allSatisfy { $0["choices"]?.arrayValue != nil && $0["object"] == "chat.completion.chunk" })
    if usage {
      let last = chunks.removeLast()
      #expect(last["choices"] == [])
      #expect(last["usage"] == ["prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9])
      #expect(chunks.allSatisfy { $0["usage"] == .null })
    } else {
      #expect(chunks.allSatisfy { $0["usage"] == nil })
    }
    #expect(chunks.first?["choices"]?[0]?["delta"] == ["role": "assistant", "content": ""])
    let finish = chunks.removeLast()
    #expect(finish["choices"]?[0]?["finish_reason"] == "stop")
    #expect(finish["receipt"]?["id"]?.stringValue == answer.receiptID)
    #expect(chunks.allSatisfy { $0["receipt"] == nil && $0["choices"]?[0]?["finish_reason"] == .null })
    #expect(chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.stringValue }.joined() == Self.text)
  }

  @Test("The bundle of a stream opens to exactly the chunks before the finish chunk")
  func streamBundle() async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat(stream: true)
    let bytes = try await service.bundle(try #require(answer.receiptID))
    let report = BundleVerifier(policy: try world.trust(required: Self.shown), ownResponse: Array(Self.text.utf8))
      .verify(bytes.body)
    #expect(report.isAccepted, "\(report.checks)")
    let bundle = try Bundle(bytes.body)
    let chunks = try StreamChain.decode(Opening(blob: try #require(bundle.openings[.stream])).data)
    #expect(chunks.map { String(decoding: $0, as: UTF8.self) } == answer.events.dropLast(2))
  }

  @Test("The client's nonce is in the execution statement")
  func nonce() async throws {
    let world = try World()
    let service = try await world.ready()
    let answer = try await service.chat(headers: [.xReceiptNonce: "AAECAwQ"])
    let bundle = try Bundle(try await service.bundle(try #require(answer.receiptID)).body)
    let signed = try SignedStatement(try #require(bundle.statements[.execution]))
    #expect(try ExecutionPredicate(signed.statement.predicate).nonce == "AAECAwQ")
    for bad in ["", "====", "A", Base64URL.encode([UInt8](repeating: 1, count: 65))] {
      let answer = try await service.chat(headers: [.xReceiptNonce: bad])
      #expect(answer.status == 400 && answer.errorCode == "invalid_nonce")
    }
  }

  @Test("With verification none the receipt binds no verdict, and the check says not_checked")
  func verificationNone() async throws {
    let world = try World()
    let service = try await world.ready { $0.verification = .never }
    let answer = try await service.chat()
    #expect(world.peers.calls(.reexecute) == 0)
    let bytes = try await service.bundle(try #require(answer.receiptID))
    let report = BundleVerifier(policy: try world.trust()).verify(bytes.body)
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report[.reexecution]?.state == .notChecked)
  }

  @Test("A verdict that disagrees is bound, and its bundle is refused")
  func disagreement() async throws {
    let world = try World()
    world.peers.set { $0.script.agrees = false }
    let service = try await world.ready()
    let answer = try await service.chat()
    let bytes = try await service.bundle(try #require(answer.receiptID))
    let report = BundleVerifier(policy: try world.trust()).verify(bytes.body)
    #expect(report[.reexecution]?.state == .fail)
  }

  @Test("The price is that of the settings, and the shares add up to it")
  func price() async throws {
    let world = try World()
    let service = try await world.ready {
      $0.pricePromptNano = 10
      $0.priceCompletionNano = 7
    }
    let answer = try await service.chat()
    let id = try #require(answer.receiptID)
    let view = try await service.ask(.get, "/v1/receipts/\(id)").json
    #expect(view["price_nano"] == "78")
    let shares = try #require(view["shares"]?.arrayValue).compactMap { $0["amount_nano"]?.decimalValue }
    #expect(shares.reduce(0, +) == 78)
    #expect(view["state"] == "settled")
    #expect(world.peers.state.withLock { $0.settled[id] } == view["log"]?["index"]?.decimalValue)
  }
}
