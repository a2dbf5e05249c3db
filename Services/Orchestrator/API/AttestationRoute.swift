internal import Codec
internal import Cryptography
internal import Hummingbird
internal import Logging
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Wire

/// `GET /v1/attestation/report?nonce=`: fresh evidence of trusted hardware for the execution key, bound to the caller's nonce.
struct AttestationRoute: Sendable {
  /// Hardware makes one at a time; more than a few would only wait.
  static let reportsMax = 4

  let pipeline: Pipeline
  let slots: RequestSlots

  func report(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let nonce = try nonce(request)
    let slot = try slots.take()
    defer { withExtendedLifetime(slot) {} }
    do {
      let answer = try await pipeline.peers.report(nonce.bytes, context.callContext())
      return Response(.ok, json: try Self.json(answer, for: nonce))
    } catch let error as RPCError where error.code == .failedPrecondition {
      throw APIError(
        .notFound, code: "attestation_not_offered", "The executor here has no evidence of trusted hardware.")
    } catch let error as RPCError where error.code == .resourceExhausted {
      throw APIError(.tooManyRequests, code: "rate_limit_exceeded", "Too many reports are being made; ask again soon.")
    } catch {
      context.logger.error("no attestation report", metadata: ["error": "\(error)"])
      throw APIError(
        .serviceUnavailable, code: "attestation_unavailable", "Evidence of trusted hardware cannot be had now.")
    }
  }

  private func nonce(_ request: Request) throws -> EvidenceNonce {
    func refusal(_ why: String) -> APIError {
      APIError(.badRequest, code: "invalid_value", "'nonce' \(why)", parameter: "nonce")
    }
    let given = request.uri.queryParameters.getAll("nonce")
    guard given.count == 1, let text = given.first.map({ String($0) }), text.utf8.count == 2 * EvidenceNonce.byteCount,
      let bytes = Hex.decode(text)
    else { throw refusal("must be given once: 32 random bytes, as 64 hexadecimal digits.") }
    do { return try EvidenceNonce(asked: bytes) } catch { throw refusal("is refused: \(error)") }
  }

  /// Errors: a document that is not about this nonce and this key.
  private static func json(_ answer: AttestationReport, for nonce: EvidenceNonce) throws -> JSON {
    let document = try EvidenceDocument(answer.document)
    let key = try VerifyingKey(raw: answer.publicKey)
    guard document.nonce == nonce, document.keyID == COSEKey(key).thumbprint else {
      throw RPCError(.internal, "inference answered with evidence for another nonce or key")
    }
    return [
      "object": "attestation.report", "kind": .string(document.kind.rawValue),
      "simulated": .bool(document.kind == .simulated), "iss": .string(answer.issuer),
      "kid": .string(document.keyID.named), "key": .string(Base64.encode(key.raw)),
      "nonce": .string(Hex.encode(nonce.bytes)), "document": .string(Base64.encode(answer.document)),
    ]
  }
}
