internal import Codec
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import MerkleLog
internal import NIOCore
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

/// `POST /v1/chat/completions`.
struct ChatRoute: Sendable {
  static let nonceBytesMax = 64

  let pipeline: Pipeline
  let slots: RequestSlots

  func answer(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let caller = try Caller(request, keys: pipeline.settings.apiKeys)
    let slot = try slots.take()
    defer { withExtendedLifetime(slot) {} }
    let body = try await BodyReader.read(request, types: ["application/json"], limit: ChatRequest.bodyBytesMax)
    let chat: ChatRequest
    do { chat = try ChatRequest(asked: body) } catch { throw APIError(error) }
    let nonce = try Self.nonce(request)
    let verification = try Self.verification(request)
    let model = try await model(chat.model)
    try await requireDraw(chat, context.callContext())
    var live: LiveRequest
    do {
      live = try await pipeline.accept(
        chat, body: body, model: model, owner: caller.owner, nonce: nonce,
        verification: verification)
    } catch PipelineError.logRefused(let why) {
      throw APIError(.serviceUnavailable, code: "log_unavailable", "No receipt can be given now: \(why).")
    }
    let call = context.callContext()
    do { live = try await pipeline.retrieve(live, call) } catch { throw await pipeline.refuse(live, error, call) }
    return chat.stream
      ? try await StreamedAnswer(pipeline, live, slot, call).response()
      : try await WholeAnswer(pipeline: pipeline, live: live, call: call).response()
  }

  private func model(_ id: String) async throws -> ModelCatalog.Entry {
    do {
      guard let model = try await pipeline.models.model(id) else { throw APIError.modelNotFound(id) }
      return model
    } catch is RPCError {
      throw APIError(.serviceUnavailable, code: "inference_unavailable", "The models cannot be reached now.")
    }
  }

  /// The policy that the request asks for; nil where it leaves it to the settings.
  private static func verification(_ request: Request) throws -> VerificationPolicy? {
    guard let text = request.headers[.xReceiptVerification] else { return nil }
    guard let policy = VerificationPolicy(text) else {
      throw APIError(
        .badRequest, code: "invalid_verification",
        "X-Receipt-Verification must be 'always', 'sample 500bp' (1 to 10000 basis points), 'on-demand' or 'none'.",
        parameter: "X-Receipt-Verification")
    }
    return policy
  }

  private static func nonce(_ request: Request) throws -> [UInt8] {
    guard let text = request.headers[.xReceiptNonce] else { return [] }
    guard let nonce = try? Base64URL.decode(text), (1...nonceBytesMax).contains(nonce.count) else {
      throw APIError(
        .badRequest, code: "invalid_nonce",
        "X-Receipt-Nonce must be base64url without padding of 1 to \(nonceBytesMax) bytes.",
        parameter: "X-Receipt-Nonce")
    }
    return nonce
  }
}

extension Pipeline {
  /// The receipt of an accepted request that got no answer, and the error that its client gets.
  func refuse(_ live: LiveRequest, _ error: any Error, sent: StreamChain? = nil, _ call: CallContext) async -> APIError
  {
    var (answer, outcome) = APIError.generation(error)
    answer.receiptID = live.row.receiptID
    if answer.status.code >= 500 { call.logger.error("generation failed", metadata: ["error": "\(error)"]) }
    do {
      let row = try await conclude(live.row, outcome, code: answer.code, sent: sent)
      _ = try await drive(row, to: .settled, call)
    } catch {
      // The row stays; recovery brings its receipt.
      call.logger.warning("receipt is late", metadata: ["receipt": "\(live.row.receiptID)", "error": "\(error)"])
    }
    return answer
  }

  /// Brings an executed row into the log for a client that waits, and says what the client is to see of it. Nil: the
  /// receipt is late, and the settings do not let the answer go without it.
  func receiptObject(of row: OutboxRow, documents: [RequestedDocument], _ call: CallContext) async -> JSON? {
    var row = row
    // Read before publication closes the openings.
    let credit = CreditObject(documents, of: row)
    do {
      row = try await drive(row, to: .published, call)
    } catch {
      call.logger.error("receipt is late", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      guard settings.receipts == .bestEffort else { return nil }
    }
    let size = (try? await outbox.head())??.size
    let object = row.receiptObject(origin: log.origin, treeSize: row.index.flatMap { _ in size }, credit: credit)
    // The ledger may wait: recovery settles what is left.
    if row.state == .published {
      do { _ = try await settle(row, call) } catch {
        call.logger.warning("not settled yet", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      }
    }
    return object
  }
}
