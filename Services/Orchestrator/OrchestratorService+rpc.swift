internal import Cryptography
internal import Hummingbird
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

extension OrchestratorService {
  func addProcedures(to rpc: RouterGroup<ServiceRequestContext>) {
    rpc.serve(OrchestratorProcedures.getIdentity) { _, _ in identity }
    rpc.serve(OrchestratorProcedures.getReceipt) { input, _ in try await receipt(input.id) }
  }

  var identity: Identity {
    Identity(
      issuer: pipeline.issuer, keyID: pipeline.keyID, publicKey: pipeline.key.publicKey.raw,
      kinds: [StatementKind.receipt, .epoch].map(\.rawValue), build: Self.build)
  }

  func receipt(_ id: String) async throws -> ReceiptRecord {
    guard id.utf8.count <= 64, let row = try await pipeline.outbox.row(id) else {
      throw RPCError(.notFound, "there is no receipt '\(id.prefix(64))' here")
    }
    return ReceiptRecord(
      receiptID: row.receiptID.description, completionID: row.completionID, state: row.state.rawValue,
      outcome: row.outcome?.rawValue ?? "", sequence: row.sequence, statement: row.statements[.receipt] ?? [],
      index: row.index)
  }
}
