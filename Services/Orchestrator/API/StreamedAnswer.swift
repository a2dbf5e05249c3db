internal import Codec
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// One answer as server-sent events: unnamed events with one chunk each, the receipt on the chunk that finishes, `[DONE]`.
struct StreamedAnswer: Sendable {
  private let pipeline: Pipeline
  private let live: LiveRequest
  /// Held until the last byte is out.
  private let slot: RequestSlots.Slot
  private let call: CallContext
  private let format: ChatFormat

  init(_ pipeline: Pipeline, _ live: LiveRequest, _ slot: RequestSlots.Slot, _ call: CallContext) {
    self.pipeline = pipeline
    self.live = live
    self.slot = slot
    self.call = call
    format = ChatFormat(live)
  }

  /// Waits for the first event, so that a refusal still has its status; then streams.
  func response() async throws -> Response {
    let events = pipeline.generate(live, call)
    var iterator = events.makeAsyncIterator()
    let first: GenerateEvent?
    do { first = try await iterator.next() } catch { throw await pipeline.refuse(live, error, call) }
    guard let first else { throw await pipeline.refuse(live, PipelineError.unfinished, call) }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache",
        .xReceiptID: live.row.receiptID.description,
      ],
      body: .init { writer in
        defer { withExtendedLifetime(slot) {} }
        var sink = EventSink(writer: writer, chain: StreamChain(salt: live.salts.delivery, id: live.row.receiptID))
        try await stream(first, events, to: &sink)
        try await sink.end()
      })
  }

  private func stream(
    _ first: GenerateEvent, _ events: AsyncThrowingStream<GenerateEvent, any Error>, to sink: inout EventSink
  ) async throws {
    let finished: Finished
    do {
      await send(format.roleChunk(choices: live.request.choices), to: &sink)
      finished = try await relay(first, events, to: &sink)
    } catch {
      let failure = await pipeline.refuse(live, error, sent: sink.chain, call)
      return await sink.writeEvent(failure.json.serialized())
    }
    let isCancelled = sink.isBroken || finished.finishReason == FinishReason.cancelled.rawValue
    let row: OutboxRow
    let choices: [AnswerContent.Choice]
    do {
      choices = try live.choices(of: finished)
      row = try await pipeline.executed(
        live, finished, sent: .stream(sink.chunks, sink.chain), outcome: isCancelled ? .cancelled : .answered,
        call)
    } catch {
      let failure = await pipeline.refuse(live, error, sent: sink.chain, call)
      return await sink.writeEvent(failure.json.serialized())
    }
    let documents = live.request.parameters.documents
    guard let receipt = await pipeline.receiptObject(of: row, documents: documents, call) else {
      return await sink.writeEvent(APIError.receiptUnavailable(row.receiptID).json.serialized())
    }
    guard !isCancelled else {
      let error = APIError(.serviceUnavailable, code: "cancelled", "The answer was cancelled on this server.")
      return await sink.writeEvent(error.json.serialized())
    }
    await sink.writeEvent(format.finishChunk(choices, receipt: receipt))
    if live.request.includeUsage { await sink.writeEvent(format.usageChunk(finished.usage)) }
    await sink.writeEvent(Array("[DONE]".utf8))
  }

  /// Passes pieces on until inference has finished. A client that left ends the generation, not the receipt: what was
  /// sent up to there is signed.
  private func relay(
    _ first: GenerateEvent, _ events: AsyncThrowingStream<GenerateEvent, any Error>, to sink: inout EventSink
  ) async throws -> Finished {
    var next: GenerateEvent? = first
    var calls: [UInt32: Int] = [:]
    var iterator = events.makeAsyncIterator()
    while let event = next {
      switch event.event {
      case .finished(let finished)?: return finished
      case .delta(let delta)?:
        guard delta.choice < live.request.choices else { throw PipelineError.unknownChoice(Int(delta.choice)) }
        if !delta.text.isEmpty || !delta.logprobs.isEmpty { await send(format.deltaChunk(delta), to: &sink) }
        guard !delta.toolCalls.isEmpty else { break }
        let index = calls[delta.choice, default: 0]
        calls[delta.choice] = index + delta.toolCalls.count
        await send(format.toolCallChunk(delta.toolCalls, choice: delta.choice, from: index), to: &sink)
      case nil: break
      }
      next = try await iterator.next()
    }
    throw PipelineError.unfinished
  }

  private func send(_ chunk: [UInt8], to sink: inout EventSink) async {
    guard !sink.isBroken else { return }
    await sink.writeChunk(chunk)
    guard sink.isBroken else { return }
    call.logger.info("client left", metadata: ["receipt": "\(live.row.receiptID)", "chunks": "\(sink.chain.chunks)"])
    do { try await pipeline.peers.cancel(live.row.receiptID.description) } catch {
      call.logger.warning("generation could not be cancelled", metadata: ["error": "\(error)"])
    }
  }
}
