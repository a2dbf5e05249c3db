internal import Codec
internal import Cryptography
internal import RPC
internal import Receipts
internal import Wire

/// The pieces that a job names, fetched: the execution that the receipt binds, its manifest, and the openings.
///
/// Custody says which blobs there are, and nothing about what each opens: that is found by trying them on the
/// commitments, so that nobody has to be believed.
struct QueuedExecution: Sendable {
  /// There can be no verdict, however often it is tried.
  struct Hopeless: Error, CustomStringConvertible {
    let description: String
  }

  let receiptID: ReceiptID
  let evidence: ExecutionEvidence

  /// The receipt and the custody of a request, which must name each other. Errors: ``Hopeless``.
  static func read(
    _ request: VerdictRequest
  ) throws(Hopeless) -> (receipt: SignedStatement, predicate: ReceiptPredicate, custody: CustodyPredicate) {
    do {
      let receipt = try statement(request.receiptStatement, .receipt)
      let predicate = try ReceiptPredicate(receipt.statement.predicate)
      guard receipt.statement.subject == predicate.receiptID.description else {
        throw Hopeless(description: "the receipt is about another request")
      }
      guard let bound = predicate.statements else {
        throw Hopeless(description: "receipt \(predicate.receiptID) is of a request that was never executed")
      }
      let custody = try statement(request.custodyStatement, .custody)
      guard bound.custody == custody.digest else {
        throw Hopeless(description: "the custody statement is not the one that receipt \(predicate.receiptID) binds")
      }
      return (receipt, predicate, try CustodyPredicate(custody.statement.predicate))
    } catch let error as Hopeless { throw error } catch { throw Hopeless(description: "\(error)") }
  }

  private static func statement(_ bytes: [UInt8], _ kind: StatementKind) throws -> SignedStatement {
    let signed = try SignedStatement(bytes)
    guard signed.statement.kind == kind else {
      throw Hopeless(
        description: "a \(kind) statement was expected, and one of kind \(signed.statement.kind) was given")
    }
    return signed
  }

  /// Errors: ``Hopeless``, and those of storage, after which it may be tried again.
  init(_ request: VerdictRequest, from log: LogAccess) async throws {
    let (receipt, predicate, custody) = try Self.read(request)
    receiptID = predicate.receiptID
    func fetch(_ digest: Digest32) async throws -> [UInt8] {
      do { return try await log.blob(digest) } catch let error as RPCError where error.code == .notFound {
        throw Hopeless(description: "a piece of receipt \(predicate.receiptID) is not kept any more: \(error.message)")
      }
    }
    // Only what everybody can see gets a verdict that everybody can see.
    _ = try await log.index(receipt.digest)
    guard let digest = predicate.statements?.execution else {
      throw Hopeless(description: "receipt \(receiptID) binds no execution")
    }
    let execution = try await fetch(digest)
    let executed: ExecutionPredicate
    do { executed = try ExecutionPredicate(Self.statement(execution, .execution).statement.predicate) } catch {
      throw Hopeless(description: "\(error)")
    }
    guard let model = custody.blobs.first(where: { $0.retention == .model }) else {
      throw Hopeless(description: "custody of receipt \(receiptID) names no manifest")
    }
    var openings: [WireOpening] = []
    for blob in custody.blobs where blob.retention == .opening {
      let bytes = try await fetch(blob.name)
      if let field = Self.field(bytes, executed) { openings.append(WireOpening(field: "\(field)", blob: bytes)) }
    }
    do {
      evidence = try ExecutionEvidence(
        ReexecuteRequest(
          executionStatement: execution, modelStatement: try await fetch(model.name), openings: openings,
          receiptDigest: receipt.digest.bytes))
    } catch let error as RPCError where error.code == .invalidArgument || error.code == .failedPrecondition {
      throw Hopeless(description: error.message)
    }
  }

  /// Which commitment of the execution a blob opens; nil for what the receipt commits to (the body or stream sent).
  private static func field(_ blob: [UInt8], _ execution: ExecutionPredicate) -> CommittedField? {
    guard let opening = try? Opening(blob: blob) else { return nil }
    let fields: [CommittedField] =
      [.request, .retrieved, .content, .tokens] + execution.messages.indices.map { .message($0) }
    if let field = fields.first(where: { (try? opening.commitment(for: $0)) == execution.commitment(to: $0) }) {
      return field
    }
    guard opening.data.count == 32 * execution.completionTokens else { return nil }
    let head =
      opening.data.isEmpty
      ? SHA256.hash(DomainTag.activation.prefix + opening.salt).bytes : Array(opening.data.suffix(32))
    return head == execution.activation.bytes ? .activation : nil
  }
}
