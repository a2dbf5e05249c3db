internal import Codec
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// One answer in one body.
struct WholeAnswer: Sendable {
  let pipeline: Pipeline
  let live: LiveRequest
  let call: CallContext

  func response() async throws -> Response {
    let finished: Finished
    let wire: [UInt8]
    do {
      let logprobs: [[WireLogprobs]]
      (finished, logprobs) = try await finish()
      wire = ChatFormat(live).body(
        try live.choices(of: finished),
        logprobs: live.request.parameters.topLogprobs == nil ? nil : logprobs, usage: finished.usage)
    } catch { throw await pipeline.refuse(live, error, call) }
    let isCancelled = finished.finishReason == FinishReason.cancelled.rawValue
    let row: OutboxRow
    do {
      row = try await pipeline.executed(
        live, finished, sent: .body(wire), outcome: isCancelled ? .cancelled : .answered, call)
    } catch { throw await pipeline.refuse(live, error, call) }
    guard let receipt = await pipeline.receiptObject(of: row, documents: live.request.parameters.documents, call) else {
      throw APIError.receiptUnavailable(row.receiptID)
    }
    guard !isCancelled else {
      var error = APIError(.serviceUnavailable, code: "cancelled", "The answer was cancelled on this server.")
      error.receiptID = row.receiptID
      throw error
    }
    return Response(
      status: .ok, headers: [.contentType: "application/json", .xReceiptID: row.receiptID.description],
      body: .init(byteBuffer: ByteBuffer(bytes: ChatFormat.body(wire, receipt: receipt))))
  }

  /// The end, and what the deltas before it told of each choice's tokens.
  private func finish() async throws -> (Finished, [[WireLogprobs]]) {
    var logprobs = [[WireLogprobs]](repeating: [], count: live.request.choices)
    for try await event in pipeline.generate(live, call) {
      switch event.event {
      case .finished(let finished)?: return (finished, logprobs)
      case .delta(let delta)?:
        guard Int(delta.choice) < logprobs.count else { throw PipelineError.unknownChoice(Int(delta.choice)) }
        logprobs[Int(delta.choice)] += delta.logprobs
      case nil: break
      }
    }
    throw PipelineError.unfinished
  }
}

extension Finished {
  var usage: ChatFormat.Usage {
    ChatFormat.Usage(promptTokens: Int(promptTokens), completionTokens: Int(completionTokens))
  }
}

extension LiveRequest {
  /// The choices of the answer, which must be those that were asked for: what is sent is made from them.
  func choices(of finished: Finished) throws -> [AnswerContent.Choice] {
    let choices = try AnswerContent(finished.content).choices
    guard choices.map(\.index) == Array(0..<request.choices) else {
      throw PipelineError.statement(.execution, why: "has not the choices that were asked for")
    }
    return choices
  }
}
