public import Cryptography
public import Receipts

/// One execution with everything that its statement commits to, opened: what a re-execution is made from.
///
/// Whoever signed the statement is for the caller to check; nothing here reads a signature.
public struct OpenedExecution: Sendable {
  /// One for each message, and request, retrieved, content, tokens and activation.
  public static let openingsMax = ChatRequest.messagesMax + 5

  public let execution: ExecutionPredicate
  public let manifest: ModelManifest
  public let manifestDigest: Digest32
  let openings: [CommittedField: Opening]

  /// - Parameter openings: every commitment of the execution opened and the activation list, and nothing else.
  public init(
    execution: ExecutionPredicate, manifest: ModelManifest, openings: [CommittedField: Opening]
  ) throws(EvidenceError) {
    try Self.check(openings, execution)
    do { manifestDigest = try manifest.digest() } catch { throw .unreadableManifest(error) }
    guard manifestDigest == execution.manifest else {
      throw .otherManifest(found: manifestDigest, stated: execution.manifest)
    }
    for profile in [execution.profile, manifest.profile]
    where !profile.utf8.elementsEqual(ExecutionPredicate.profileExact.utf8) {
      throw .profile(profile)
    }
    self.execution = execution
    self.manifest = manifest
    self.openings = openings
  }

  private static func check(
    _ openings: [CommittedField: Opening], _ execution: ExecutionPredicate
  ) throws(EvidenceError) {
    var committed: [CommittedField: Digest32] = [
      .request: execution.request, .content: execution.content, .tokens: execution.tokens,
    ]
    committed[.retrieved] = execution.retrieved
    for (index, digest) in execution.messages.enumerated() { committed[.message(index)] = digest }
    // In their order, so that the same pieces are refused for the same reason.
    for field in openings.keys.sorted() {
      // Its head is the chain's: re-execution compares it.
      if field == .activation { continue }
      guard let digest = committed[field] else { throw .uncommitted(field) }
      guard (try? openings[field]?.commitment(for: field)) == digest else { throw .opensAnother(field) }
    }
    let missing = (Array(committed.keys) + [.activation]).filter { openings[$0] == nil }
    if let first = missing.min() { throw .missing(first) }
  }

  /// Bytes of what is opened, all together.
  public var openedBytes: Int { openings.values.reduce(0) { $0 + $1.data.count } }

  /// The data of an opening that the initialiser has required.
  func data(_ field: CommittedField) -> [UInt8] { openings[field]?.data ?? [] }
}
