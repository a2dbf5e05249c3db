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
    do { finished = try await finish() } catch { throw await pipeline.refuse(live, error, call) }
    let wire = ChatFormat(live).body(
      text: finished.text, finishReason: finished.finishReason, usage: finished.usage)
    let isCancelled = finished.finishReason == FinishReason.cancelled.rawValue
    let row: OutboxRow
    do {
      row = try await pipeline.executed(
        live, finished, sent: .body(wire), outcome: isCancelled ? .cancelled : .answered)
    } catch { throw await pipeline.refuse(live, error, call) }
    guard let receipt = await pipeline.receiptObject(of: row, call) else {
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

  private func finish() async throws -> Finished {
    for try await event in pipeline.generate(live, call) {
      if case .finished(let finished)? = event.event { return finished }
    }
    throw PipelineError.unfinished
  }
}

extension Finished {
  var usage: ChatFormat.Usage {
    ChatFormat.Usage(promptTokens: Int(promptTokens), completionTokens: Int(completionTokens))
  }
}
