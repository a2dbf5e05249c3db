internal import Codec
internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts

/// An execution and the manifest of the model that it ran, read and held against each other: what a verifier of a
/// bundle would refuse is not shared either.
struct ExecutedRequest: Sendable {
  let receiptID: ReceiptID
  /// Of the execution statement.
  let digest: Digest32
  /// Who is credited for the machines: the issuer of the execution statement.
  let operatorID: String
  let manifest: ModelManifest
  let manifestDigest: Digest32
  /// What the execution commits to as its content.
  let content: Digest32
  /// How many documents the model was shown.
  let documents: Int
  /// Tokens of all choices.
  let answerTokens: Int
  /// What `metered/1` counts.
  let usage: Metered.Count

  /// Errors: `invalid_argument` that names the statement and what is wrong with it.
  init(receiptID: ReceiptID, executionStatement: [UInt8], modelStatement: [UInt8]) throws(RPCError) {
    let (execution, run) = try Self.read("execution_statement", executionStatement, .execution) {
      (json) throws(ReceiptError) in try ExecutionPredicate(json)
    }
    let (model, manifest) = try Self.read("model_statement", modelStatement, .model) {
      (json) throws(ReceiptError) in try ModelManifest(json)
    }
    let id = receiptID.description
    guard run.receiptID == receiptID, Self.same(execution.statement.subject, id) else {
      throw Self.refuse("execution_statement is about receipt \(run.receiptID), not \(id)")
    }
    guard execution.statement.subjectDigest == run.content else {
      throw Self.refuse("execution_statement: its subject is not the content commitment it states")
    }
    let manifestDigest: Digest32
    do { manifestDigest = try manifest.digest() } catch { throw Self.refuse("model_statement: \(error)") }
    guard model.statement.subjectDigest == manifestDigest, Self.same(model.statement.subject, manifest.id) else {
      throw Self.refuse("model_statement: its subject is not its manifest, \(manifestDigest.named)")
    }
    guard run.manifest == manifestDigest else {
      throw Self.refuse("the execution ran manifest \(run.manifest.named), model_statement is \(manifestDigest.named)")
    }
    guard Self.same(run.model, manifest.id), Self.same(run.profile, manifest.profile) else {
      throw Self.refuse("execution_statement states another model or profile than its manifest")
    }
    self.receiptID = receiptID
    digest = execution.digest
    operatorID = execution.statement.issuer
    content = run.content
    documents = run.parameters.documents
    answerTokens = run.completionTokens
    usage = run.count(by: execution.statement.issuer)
    self.manifest = manifest
    self.manifestDigest = manifestDigest
  }

  private static func read<Predicate>(
    _ name: String, _ bytes: [UInt8], _ kind: StatementKind, _ predicate: (JSON) throws(ReceiptError) -> Predicate
  ) throws(RPCError) -> (SignedStatement, Predicate) {
    do {
      let signed = try SignedStatement(bytes)
      guard signed.statement.kind == kind else {
        throw ReceiptError.field("its kind", why: "is \(signed.statement.kind), it must be \(kind)")
      }
      return (signed, try predicate(signed.statement.predicate))
    } catch { throw refuse("\(name): \(error)") }
  }

  /// Of the bytes: Swift's `==` also equates different spellings of one text.
  private static func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

  private static func refuse(_ message: String) -> RPCError { RPCError(.invalidArgument, message) }
}
