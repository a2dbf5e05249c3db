import Codec
import Cryptography
import RPC
import Receipts
import Synchronization
import Wire

@testable import OrchestratorService

extension FakePeers {
  /// Says the script's pieces, then signs that it did. Stops after the piece during which it was cancelled.
  func generate(_ request: GenerateRequest, _ call: CallContext?) -> AsyncThrowingStream<GenerateEvent, any Error> {
    let (script, isDown) = state.withLock { state in
      state.calls[.generate, default: 0] += 1
      let left = state.failuresBefore[.generate] ?? 0
      state.failuresBefore[.generate] = max(0, left - 1)
      return (state.script, left > 0)
    }
    // One piece for each pull: so a cancel between two pulls is seen at the next.
    let said = Counter()
    return AsyncThrowingStream {
      if isDown { throw RPCError(.unavailable, "inference is down") }
      if let refusal = script.refusal { throw refusal }
      let at = said.next()
      if let limit = script.breaksAfter, at >= limit { throw RPCError(.unavailable, "inference died") }
      let isCancelled = self.state.withLock { $0.cancelled.contains(request.receiptID) }
      if at < script.pieces.count, !isCancelled {
        return GenerateEvent(event: .delta(Delta(text: script.pieces[at], tokens: 1)))
      }
      if at < script.pieces.count + script.more.count, !isCancelled {
        var delta = script.more[at - script.pieces.count]
        for index in delta.toolCalls.indices {
          delta.toolCalls[index].id = try Self.callID(request, choice: Int(delta.choice), index: index)
        }
        return GenerateEvent(event: .delta(delta))
      }
      guard !said.isFinished else { return nil }
      said.finish()
      let pieces = Array(script.pieces.prefix(at))
      let reason = isCancelled ? FinishReason.cancelled : script.finishReason
      return GenerateEvent(event: .finished(try self.finish(request, pieces, reason, script.others)))
    }
  }

  /// The script does not know of which receipt its calls will be.
  private static func callID(_ request: GenerateRequest, choice: Int, index: Int) throws -> String {
    guard let id = ReceiptID(request.receiptID) else { throw RPCError(.invalidArgument, "?") }
    return AnswerContent.ToolCall.id(of: id, choice: choice, index: index)
  }

  private static func named(_ choice: AnswerContent.Choice, _ request: GenerateRequest) throws -> AnswerContent.Choice {
    let calls = try choice.toolCalls.enumerated().map { at, call in
      AnswerContent.ToolCall(
        id: try callID(request, choice: choice.index, index: at), name: call.name, arguments: call.arguments)
    }
    return .init(index: choice.index, text: choice.text, toolCalls: calls, finishReason: choice.finishReason)
  }

  private func finish(
    _ request: GenerateRequest, _ pieces: [String], _ reason: FinishReason, _ others: [AnswerContent.Choice]
  ) throws -> Finished {
    guard let salts = request.salts, let id = ReceiptID(request.receiptID) else {
      throw RPCError(.invalidArgument, "?")
    }
    let retrieved = request.retrieved.isEmpty ? nil : request.retrieved
    let chat = try ChatRequest(body: request.requestBody, retrieved: retrieved)
    let text = pieces.joined()
    let named = try others.map { try Self.named($0, request) }
    let content = try AnswerContent(choices: [.init(index: 0, text: text, finishReason: reason)] + named).encoded()
    let tokens = TokenIDs.encode([pieces.indices.map { UInt32($0) }] + others.map { _ in [] })
    var list: [UInt8] = []
    for at in pieces.indices { list += SHA256.hash([UInt8(at)] + salts.activation).bytes }
    let head =
      list.isEmpty ? SHA256.hash(DomainTag.activation.prefix + salts.activation) : try Digest32(Array(list.suffix(32)))
    let commitment = Commitment.make(.commitmentContent, salt: salts.content, data: content)
    let execution = ExecutionPredicate(
      receiptID: id, nonce: request.nonce.isEmpty ? nil : Base64URL.encode(request.nonce),
      request: Commitment.make(.commitmentRequest, salt: salts.request, data: request.requestBody),
      messages: zip(chat.messages, salts.messages).map {
        Commitment.make(.commitmentMessage, salt: $1, data: Array(request.requestBody[$0.range]))
      }, content: commitment, tokens: Commitment.make(.commitmentTokens, salt: salts.tokens, data: tokens),
      model: Self.model, manifest: try manifest.digest(), profile: ExecutionPredicate.profileExact, build: "fake/1",
      parameters: EffectiveParameters(chat.parameters, drawnSeed: 7, room: 2048 - 5), promptTokens: 5,
      completionTokens: pieces.count, finishReason: reason, startedUnixMs: 1, endedUnixMs: 2, activation: head,
      evidence: state.withLock { $0.evidence },
      retrieved: retrieved.map { Commitment.make(.commitmentRetrieved, salt: salts.retrieved, data: $0) })
    return Finished(
      executionStatement: try sign(.execution, request.receiptID, commitment, execution.json), content: content,
      tokenIDs: tokens, activationList: list, finishReason: reason.rawValue, promptTokens: 5,
      completionTokens: UInt32(pieces.count), manifestDigest: try manifest.digest().bytes)
  }
}

/// Where a stream is.
private final class Counter: @unchecked Sendable {
  // Only the one consumer of a stream pulls from it, one pull after the other.
  private var at = -1
  private(set) var isFinished = false

  func next() -> Int {
    at += 1
    return at
  }

  func finish() { isFinished = true }
}
