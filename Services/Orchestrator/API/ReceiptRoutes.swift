internal import Codec
internal import Cryptography
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

/// `GET /v1/receipts/{id}` and its bundle. The id is a receipt's or a chat completion's.
struct ReceiptRoutes: Sendable {
  let pipeline: Pipeline

  /// What anybody who may use the API may know of a receipt: nothing of its content.
  func view(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let row = try await row(context)
    var response = Response(.ok, json: row.view(origin: pipeline.log.origin, credit: try await credit(of: row)))
    response.headers[.xReceiptID] = row.receiptID.description
    return response
  }

  /// Everything an offline check needs; with the openings, when its owner asks.
  func bundle(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let caller = try Caller(request, keys: pipeline.settings.apiKeys)
    let row = try await row(context)
    guard row.state >= .published, let receipt = row.statements[.receipt] else {
      var error = APIError(
        .conflict, code: "receipt_pending", "Receipt \(row.receiptID) is not in the log yet; ask again soon.")
      error.receiptID = row.receiptID
      error.retryAfterSeconds = 1
      throw error
    }
    let call = context.callContext()
    let bytes: [UInt8]
    do {
      let inclusion = try await pipeline.peers.inclusion(SHA256.hash(receipt).bytes, call)
      let later = try await later(row)
      var openings = caller.owner == row.owner ? try await openings(of: row, call) : [:]
      for field in caller.owner == row.owner ? later?.openingNames.keys.map(\.self) ?? [] : [] {
        openings[field] = try await creditOpening(field, of: row, call)
      }
      let (proof, timestamp) = try readable(inclusion)
      let beside = await registered(row, later, context)
      let evidence = try await evidence(of: row, call)
      bytes = try Bundle(
        receiptID: row.receiptID, asOf: inclusion.treeSize,
        statements: row.statements.merging([.policy: later?.policy].compactMapValues(\.self)) { bound, _ in bound },
        coseReceipt: inclusion.coseReceipt, tlogProof: proof.encoded, timestamp: timestamp, openings: openings,
        registered: beside.first.merging(try await registered(later, call)) { first, _ in first },
        superseding: beside.superseding,
        evidence: evidence
      ).encoded()
    } catch let error as RPCError {
      context.logger.error("bundle not made", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      throw APIError(.serviceUnavailable, code: "storage_unavailable", "Storage cannot be reached now.")
    }
    return Response(
      status: .ok, headers: [.contentType: Bundle.mediaType, .xReceiptID: row.receiptID.description],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// The proof with what a reader can authenticate by the trust policy of this server's owner (FORMAT section 4): the
  /// lines of its witnesses, and a timestamp under its roots.
  func readable(_ inclusion: Inclusion) throws -> (TlogProof, timestamp: [UInt8]?) {
    guard let key = pipeline.log.key else { throw RPCError(.unavailable, "the log is not known yet") }
    let policy = (try? TrustFile.read(pipeline.settings.trustPath)).flatMap { $0.log.logKey == key ? $0 : nil }
    let proof = try TlogProof(parsing: Array(inclusion.tlogProof.utf8))
      .keeping(only: [key] + (policy?.log.witnesses ?? []))
    guard let roots = policy?.timestampRoots, !inclusion.timestamp.isEmpty else { return (proof, nil) }
    let imprint = SHA256.hash(Array(proof.note.text.utf8))
    let isKnown = (try? TimestampToken(inclusion.timestamp).verify(imprint: imprint, roots: roots)) != nil
    return (proof, isKnown ? inclusion.timestamp : nil)
  }

  /// The row that the path names. Errors: 404.
  func row(_ context: ServiceRequestContext) async throws -> OutboxRow {
    let id = context.parameters.get("id") ?? ""
    guard id.utf8.count <= 64, let row = try await pipeline.outbox.row(id) else {
      throw APIError(
        .notFound, code: "receipt_not_found", "There is no receipt '\(id.prefix(64))' here.", parameter: "id")
    }
    return row
  }

  /// Fetched by name; one that was erased is left out, and the bundle opens the rest.
  private func openings(of row: OutboxRow, _ call: CallContext) async throws -> [CommittedField: [UInt8]] {
    var openings: [CommittedField: [UInt8]] = [:]
    for field in row.openingNames.keys { openings[field] = try await opening(field, of: row, call) }
    return openings
  }

  /// One opening by its name; nil where there is none, or it was erased.
  func opening(_ field: CommittedField, of row: OutboxRow, _ call: CallContext) async throws -> [UInt8]? {
    guard let name = row.openingNames[field] else { return nil }
    do { return try await pipeline.blob(name, call) } catch let error as RPCError where error.code == .notFound {
      return nil
    }
  }
}

extension ReceiptRoutes {
  /// The evidence of the key that signed the execution, for anybody; nil where there is none, or it is kept no longer.
  private func evidence(of row: OutboxRow, _ call: CallContext) async throws -> [UInt8]? {
    guard let execution = row.statements[.execution], let name = try SignedExecution.evidence(execution) else {
      return nil
    }
    do { return try await pipeline.blob(name, call) } catch let error as RPCError where error.code == .notFound {
      return nil
    }
  }
}

extension Response {
  init(_ status: HTTPResponse.Status, json: JSON) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: json.serialized())))
  }
}
