import Credit
import Cryptography
import Receipts
import ServiceKit

extension CreditAudit {
  /// Whose the documents are, found again in the log of a suite; nil for a statement without scores.
  ///
  /// - Parameters:
  ///   - data: of the suite; nil: not asked for.
  ///   - folder: of the texts among which near copies were looked for.
  func owners(_ data: DataOption?, _ folder: String? = nil) async throws -> Row? {
    guard let scores else { return nil }
    func row(_ state: String, _ detail: String) -> Row { Row(name: "owners", state: state, detail: detail) }
    guard let stated = scores.ownership else {
      return row(Row.closed, "the statement names no registry: each contributor is the asker's word")
    }
    let size = stated.registry.size
    guard let data else {
      return row(Row.closed, "--registry finds them again in the log's first \(size) entries")
    }
    guard let reader = try await RegistryClient.read(data, ofLogWith: stated.registry) else {
      return row(Row.differs, "the log had no tree of \(size) entries with this root")
    }
    guard stated.registry.records == nil || folder != nil else {
      return row(Row.closed, "--collections FOLDER: near copies were looked for among texts")
    }
    let near = try folder.flatMap { try classes($0, in: reader.registry, at: stated.registry) }
    guard stated.registry.records == near?.records else {
      return row(Row.differs, "near copies were looked for in other texts than those of --collections, or not at all")
    }
    let due = DocumentOwnership(of: scores.sources, in: reader.registry, at: stated.registry, near: near)
    if let at = due.owners.indices.first(where: { due.owners[$0] != stated.owners[$0] }) {
      return row(
        Row.differs,
        "of document \(at): stated \(Self.text(stated.owners[at])), the log says \(Self.text(due.owners[at]))")
    }
    return row(Row.equal, due.owners.map(Self.text).joined(separator: ", ") + ", by the log's first \(size) entries")
  }

  func classes(
    _ folder: String, in registry: Registry, at snapshot: RegistrySnapshot
  ) throws -> RegisteredClasses? {
    guard let near = policy.near else { return nil }
    let texts = try CollectionTexts.tokens(FolderFiles.read(folder, bytesMax: 64 << 20))
    return try RegisteredClasses(texts, in: registry, size: snapshot.size, seed: snapshot.root, near: near)
  }

  static func text(_ owner: DocumentOwner) -> String {
    switch owner {
    case .claimed(let contributor, _): "\(contributor) (claimed)"
    case .registered(let asset, let contributor, _, let committed):
      "\(contributor) (registered, \(asset), committed at \(committed))"
    }
  }
}
