internal import Cryptography
internal import Evidence
internal import RPC
internal import Receipts
internal import Wire

/// The pieces of one request to execute again, read. What is refused here says nothing about the executor: the caller
/// brought the wrong pieces, and no verdict is signed.
struct ExecutionEvidence: Sendable {
  let statement: SignedStatement
  let opened: OpenedExecution
  /// What the verdict is about: the receipt when there is one, else the execution.
  let subjectDigest: Digest32

  var execution: ExecutionPredicate { opened.execution }

  init(_ input: ReexecuteRequest) throws(RPCError) {
    guard [0, 32].contains(input.receiptDigest.count) else {
      throw Self.refuse("receipt_digest has \(input.receiptDigest.count) bytes, it must be empty or have 32")
    }
    do {
      statement = try Self.statement(input.executionStatement, kind: .execution)
      let execution = try ExecutionPredicate(statement.statement.predicate)
      guard statement.statement.subject == execution.receiptID.description,
        statement.statement.subjectDigest == execution.content
      else { throw Self.refuse("the execution statement is about another subject than its predicate") }
      let model = try Self.statement(input.modelStatement, kind: .model)
      opened = try OpenedExecution(
        execution: execution, manifest: ModelManifest(model.statement.predicate),
        openings: Self.openings(input.openings))
      subjectDigest = input.receiptDigest.isEmpty ? statement.digest : try Digest32(input.receiptDigest)
    } catch let error as RPCError {
      throw error
    } catch let error as EvidenceError {
      if case .profile = error { throw RPCError(.failedPrecondition, "\(error)") }
      throw Self.refuse("\(error)")
    } catch { throw Self.refuse("\(error)") }
  }

  private static func statement(_ bytes: [UInt8], kind: StatementKind) throws -> SignedStatement {
    let statement: SignedStatement
    do { statement = try SignedStatement(bytes) } catch { throw refuse("the \(kind) statement: \(error)") }
    guard statement.statement.kind == kind else {
      throw refuse("the \(kind) statement is of kind \(statement.statement.kind)")
    }
    return statement
  }

  private static func openings(_ list: [WireOpening]) throws -> [CommittedField: Opening] {
    guard list.count <= OpenedExecution.openingsMax else {
      throw refuse("there are \(list.count) openings, above the limit of \(OpenedExecution.openingsMax)")
    }
    var openings: [CommittedField: Opening] = [:]
    for item in list {
      guard let field = CommittedField(item.field) else {
        throw refuse("the opening \"\(item.field.prefix(32))\" is of nothing that the execution commits to")
      }
      guard openings.updateValue(try Opening(blob: item.blob), forKey: field) == nil else {
        throw refuse("\(field) is opened twice")
      }
    }
    return openings
  }

  private static func refuse(_ message: String) -> RPCError { RPCError(.invalidArgument, message) }
}
