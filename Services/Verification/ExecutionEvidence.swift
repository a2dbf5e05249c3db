internal import Cryptography
internal import RPC
internal import Receipts
internal import Wire

/// One execution with everything that its statement commits to, opened. What is refused here says nothing about the
/// executor: the caller brought the wrong pieces, and no verdict is signed.
struct ExecutionEvidence: Sendable {
  static let openingsMax = ChatRequest.messagesMax + 4

  let statement: SignedStatement
  let execution: ExecutionPredicate
  let manifest: ModelManifest
  let manifestDigest: Digest32
  let openings: [CommittedField: Opening]
  /// What the verdict is about: the receipt when there is one, else the execution.
  let subjectDigest: Digest32

  init(_ input: ReexecuteRequest) throws(RPCError) {
    guard [0, 32].contains(input.receiptDigest.count) else {
      throw Self.refuse("receipt_digest has \(input.receiptDigest.count) bytes, it must be empty or have 32")
    }
    do {
      statement = try Self.statement(input.executionStatement, kind: .execution)
      execution = try ExecutionPredicate(statement.statement.predicate)
      let model = try Self.statement(input.modelStatement, kind: .model)
      manifest = try ModelManifest(model.statement.predicate)
      manifestDigest = try manifest.digest()
      openings = try Self.openings(input.openings, execution)
      subjectDigest = input.receiptDigest.isEmpty ? statement.digest : try Digest32(input.receiptDigest)
    } catch let error as RPCError {
      throw error
    } catch { throw Self.refuse("\(error)") }
    guard statement.statement.subject == execution.receiptID.description,
      statement.statement.subjectDigest == execution.content
    else { throw Self.refuse("the execution statement is about another subject than its predicate") }
    guard manifestDigest == execution.manifest else {
      throw Self.refuse(
        "the model statement has the manifest \(manifestDigest), the execution names \(execution.manifest)")
    }
    guard execution.profile == ExecutionPredicate.profileExact, manifest.profile == execution.profile else {
      throw RPCError(
        .failedPrecondition,
        "the profile is \(execution.profile.prefix(64)): only \(ExecutionPredicate.profileExact) can be executed again")
    }
  }

  private static func statement(_ bytes: [UInt8], kind: StatementKind) throws -> SignedStatement {
    let statement: SignedStatement
    do { statement = try SignedStatement(bytes) } catch { throw refuse("the \(kind) statement: \(error)") }
    guard statement.statement.kind == kind else {
      throw refuse("the \(kind) statement is of kind \(statement.statement.kind)")
    }
    return statement
  }

  /// Every commitment opened once, and nothing else.
  private static func openings(
    _ list: [WireOpening], _ execution: ExecutionPredicate
  ) throws -> [CommittedField: Opening] {
    guard list.count <= openingsMax else {
      throw refuse("there are \(list.count) openings, above the limit of \(openingsMax)")
    }
    var committed: [CommittedField: Digest32] = [
      .request: execution.request, .content: execution.content, .tokens: execution.tokens,
    ]
    for (index, digest) in execution.messages.enumerated() { committed[.message(index)] = digest }
    var openings: [CommittedField: Opening] = [:]
    for item in list {
      guard let field = CommittedField(item.field), field == .activation || committed[field] != nil else {
        throw refuse("the opening \"\(item.field.prefix(32))\" is of nothing that the execution commits to")
      }
      let opening = try Opening(blob: item.blob)
      if let digest = committed[field], try opening.commitment(for: field) != digest {
        throw refuse("the opening \(field) does not open the execution's commitment")
      }
      guard openings.updateValue(opening, forKey: field) == nil else { throw refuse("\(field) is opened twice") }
    }
    if let missing = (Array(committed.keys) + [.activation]).filter({ openings[$0] == nil }).map(\.description).min() {
      throw refuse("the opening \(missing) is missing")
    }
    return openings
  }

  /// The data of an opening that the initialiser has required.
  func data(_ field: CommittedField) -> [UInt8] { openings[field]?.data ?? [] }

  private static func refuse(_ message: String) -> RPCError { RPCError(.invalidArgument, message) }
}
