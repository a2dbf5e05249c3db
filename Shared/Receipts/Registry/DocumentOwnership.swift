internal import Codec
public import Credit
public import Cryptography

/// Whom a document is credited to, and on what ground (FORMAT section 2).
public enum DocumentOwner: Sendable, Equatable {
  /// Nobody has revealed it: the word of who asks.
  case claimed(contributor: String, asset: String?)
  /// The earliest commitment to an asset that has it among its contents.
  case registered(asset: String, contributor: String, record: Digest32, committed: UInt64)

  public var contributor: String {
    switch self {
    case .claimed(let contributor, _), .registered(_, let contributor, _, _): contributor
    }
  }

  public var asset: String? {
    switch self {
    case .claimed(_, let asset): asset
    case .registered(let asset, _, _, _): asset
    }
  }

  /// `registered` or `claimed`, as it is written and shown.
  public var ground: String {
    switch self {
    case .claimed: "claimed"
    case .registered: "registered"
    }
  }

  init(_ source: DocumentSource) { self = .claimed(contributor: source.contributor, asset: source.asset) }

  init(_ holding: Registry.Holding, of record: Digest32) {
    self = .registered(
      asset: holding.asset.id, contributor: holding.contributor, record: record, committed: holding.committed)
  }

  /// The members that an owner and a score line have in common.
  var members: [(String, JSON?)] {
    switch self {
    case .claimed(let contributor, let asset):
      [
        ("asset", asset.map { .string($0) }), ("contributor", .string(contributor)), ("ownership", .string(ground)),
      ]
    case .registered(let asset, let contributor, let record, let committed):
      [
        ("asset", .string(asset)), ("class", .digest(record)), ("committed", .decimal(committed)),
        ("contributor", .string(contributor)), ("ownership", .string(ground)),
      ]
    }
  }

  /// Takes the members of an owner and leaves the others.
  init(taking fields: inout Fields) throws(ReceiptError) {
    let contributor = try fields.string("contributor")
    let asset = try fields.optionalString("asset")
    guard CreditID.isValid(contributor), asset.map(CreditID.isValid) != false else {
      throw .field("owner", why: "has what is no id")
    }
    switch try fields.string("ownership") {
    case "claimed": self = .claimed(contributor: contributor, asset: asset)
    case "registered":
      guard let asset else { throw .field("owner.asset", why: "is missing") }
      self = .registered(
        asset: asset, contributor: contributor, record: try fields.digest("class"),
        committed: try fields.decimal("committed"))
    default: throw .field("owner.ownership", why: "must be claimed or registered")
    }
  }
}

/// Whom the documents of one request are credited to, by the registry of a log.
public struct DocumentOwnership: Sendable, Equatable {
  public let registry: RegistrySnapshot
  /// One for each document, in order.
  public let owners: [DocumentOwner]

  /// Finds the owners of the documents, whatever their asker says: by classes of near copies, where they were formed.
  public init(
    of sources: [DocumentSource], in registry: Registry, at snapshot: RegistrySnapshot, near: RegisteredClasses? = nil
  ) {
    self.registry = RegistrySnapshot(size: snapshot.size, root: snapshot.root, records: near?.records)
    owners = sources.map { source in
      if let near, let record = source.record {
        let found = near.owner(of: record, tokens: NearTexts.tokens(source.text ?? ""))
        return found.map { DocumentOwner($0.holding, of: $0.leader) } ?? DocumentOwner(source)
      }
      guard let record = source.record, let holding = registry.owner(of: record, inLogOf: snapshot.size) else {
        return DocumentOwner(source)
      }
      return DocumentOwner(holding, of: record)
    }
  }

  /// JCS of `{"owners", "registry"}`.
  public func encoded() throws(ReceiptError) -> [UInt8] {
    let json: JSON = ["owners": .array(owners.map { .members($0.members) }), "registry": registry.json]
    do { return try JCS.encode(json) } catch { throw .encoding(what: "ownership", why: "\(error)") }
  }

  /// Reads the ownership of these documents, and refuses one that could not be theirs: another class than a document's, or
  /// a claim that its asker has not made.
  public init(_ bytes: [UInt8], of sources: [DocumentSource]) throws(ReceiptError) {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw .field("ownership", why: "\(error)") }
    var fields = try Fields(json, "ownership")
    registry = try RegistrySnapshot(try fields.fields("registry"))
    let list = try fields.array("owners", max: RequestedDocument.countMax)
    try fields.end()
    guard list.count == sources.count else {
      throw .field("ownership.owners", why: "are \(list.count), the request has \(sources.count) documents")
    }
    var owners: [DocumentOwner] = []
    for (at, source) in sources.enumerated() {
      var members = try Fields(list[at], "ownership.owners[\(at)]")
      let owner = try DocumentOwner(taking: &members)
      try members.end()
      try owner.require(source, registry, at)
      owners.append(owner)
    }
    self.owners = owners
    guard try encoded() == bytes else { throw .field("ownership", why: "is not canonical") }
  }
}

extension DocumentOwner {
  fileprivate func require(
    _ source: DocumentSource, _ registry: RegistrySnapshot, _ document: Int
  ) throws(ReceiptError) {
    switch self {
    case .claimed:
      guard self == DocumentOwner(source) else {
        throw .field("ownership of document \(document)", why: "is claimed otherwise than the request says")
      }
    case .registered(_, _, let record, let committed):
      // Of a near copy the class is its leader's: who has the texts sees whether it is near.
      guard record == source.record || registry.records != nil else {
        throw .field("ownership of document \(document)", why: "is of another class than the document's text")
      }
      guard committed < registry.size else {
        throw .field("ownership of document \(document)", why: "was committed to behind the registry")
      }
    }
  }
}
