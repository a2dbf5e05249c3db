internal import Codec
public import Credit
internal import Glibc
public import ServiceKit
public import Stores

/// What an operator may set.
public struct AttributionSettings: Sendable {
  static let table: [Setting] =
    [
      Setting(
        "policy", .path,
        help: "JSON file of the policy that splits every price; \(AttributionPolicy.standard.id) unless set."),
      Setting(
        nextPolicy, .path,
        help: "JSON file of a policy with effective_from, which takes the place of --policy with that day (UTC)."),
      Setting("owner", .string, default: "local", help: "Whose account in the ledger pays for requests."),
      Setting(
        "audit", .choice(LedgerAuditDepth.allCases.map(\.rawValue)), default: LedgerAuditDepth.postings.rawValue,
        help: "What of the ledger is recomputed at start: all postings, or also the signed shares they come from."),
      Setting(
        storageURL, .url,
        help: "Address of the storage service, whose log says who owns documents; unset: no log is followed."),
      Setting("log-interval", .duration, default: "5s", help: "How often the log is asked for what is new in it."),
      Setting(
        collections, .path,
        help:
          "Folder of registered texts (files, and records in .jsonl), among which near copies of documents, and spans "
          + "of answers and records near to them, are looked for where the policy says so; at most 64 MiB."),
      Setting(
        rarityTable, .path,
        help: "File of the rarity table that a policy with span/1 names; colophon credit rarity makes one."),
      Setting(
        inferenceURL, .url,
        help:
          "Address of the inference service, whose sentence encoder makes the texts of --collections searchable, and "
          + "vectors of answers for knn-shapley/1 and tknn-shapley/1; unset: requests that name collections are "
          + "refused."
      ),
    ] + Setting.database

  static let nextPolicy = "next-policy"
  static let inferenceURL = "inference-url"
  static let storageURL = "storage-url"
  static let collections = "collections"
  static let rarityTable = "rarity-table"

  static let nearestNeeds =
    "set --\(collections) (the registered texts), --\(storageURL) (the log) and --\(inferenceURL) (the encoder)"

  public var policy = AttributionPolicy.standard
  /// Of receipts from its day on.
  public var nextPolicy: AttributionPolicy?
  public var owner = "local"
  public var audit = LedgerAuditDepth.postings
  public var logInterval = Duration.seconds(5)
  /// Nil: no texts are known.
  public var collections: String?
  /// A policy with `span/1` needs it.
  public var rarityTable: String?
  /// Nil for SQLite in the service's folder.
  public var database: DatabaseLocation?

  public init() {}

  /// Errors: `SettingsError` for an owner that is no id, or a policy file that cannot be read or is no policy.
  public init(_ values: SettingsValues, folder: String) throws {
    database = try Self.database(values, folder: folder)
    owner = try values.string("owner")
    guard CreditID.isValid(owner) else {
      throw Self.invalid(
        "owner", owner, "is no id: use 1 to \(CreditID.byteCountMax) printable ASCII characters without spaces")
    }
    audit = LedgerAuditDepth(rawValue: try values.string("audit")) ?? audit
    collections = values.optionalString(Self.collections)
    rarityTable = values.optionalString(Self.rarityTable)
    logInterval = max(try values.duration("log-interval"), .milliseconds(10))
    policy = try Self.policy(values, "policy") { _ in } ?? policy
    if let nearest = policy.nearest {
      let isMissing = [Self.collections, Self.storageURL, Self.inferenceURL].contains {
        values.optionalString($0) == nil
      }
      guard !isMissing else {
        throw Self.invalid(
          "policy", policy.id, "names \(nearest.method), for which it needs more: \(Self.nearestNeeds)")
      }
    }
    nextPolicy = try Self.policy(values, Self.nextPolicy) { [policy] (next) throws(CreditError) in
      try next.requireNext(after: policy)
    }
  }

  /// The policy of the file that a setting names; nil where it names none.
  private static func policy(
    _ values: SettingsValues, _ name: String, check: (AttributionPolicy) throws(CreditError) -> Void
  ) throws -> AttributionPolicy? {
    guard let path = values.optionalString(name) else { return nil }
    let policy: AttributionPolicy
    do {
      policy = try AttributionPolicy(json: JSON(parsing: PolicyFile.read(path)))
      try check(policy)
    } catch let error as JSONError {
      throw invalid(name, path, "cannot be read: \(error)")
    } catch let error as CreditError {
      throw invalid(name, path, "cannot be used: \(error)")
    } catch let error as PolicyFile.Failure {
      throw invalid(name, path, error.why)
    }
    if let method = policy.methodNotServed {
      throw invalid(name, path, "names \(method), which this service does not compute for answers yet")
    }
    return policy
  }

  /// Errors: `SettingsError` where the policy is not effective yet: there would be none.
  func requireEffective(unixMs: UInt64) throws {
    do { try policy.requireEffective(unixMs: unixMs) } catch {
      throw Self.invalid("policy", policy.id, "\(error). Until then give it as --\(Self.nextPolicy)")
    }
  }

  static func database(_ values: SettingsValues, folder: String) throws -> DatabaseLocation {
    try DatabaseLocation(
      database: values.string("database"), passwordFile: values.optionalString("database-password-file"),
      connectionsMax: values.int("database-connections"), path: path(folder))
  }

  static func path(_ folder: String) -> String { "\(folder)/ledger.sqlite" }

  private static func invalid(_ name: String, _ value: String, _ why: String) -> SettingsError {
    .invalid(name: name, value: value, source: "the settings", why: why)
  }
}

/// The bytes of a policy document.
private enum PolicyFile {
  struct Failure: Error { let why: String }

  /// What one statement can hold.
  static var byteCountMax: Int { 1 << 20 }

  static func read(_ path: String) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw last("cannot be opened") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw last("cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(why: "is not a regular file") }
    // One byte more than is allowed tells a file that is too large, whatever its size was a moment ago.
    var bytes = [UInt8](repeating: 0, count: byteCountMax + 1)
    var filled = 0
    while filled < bytes.count {
      let got = bytes[filled...].withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if got == 0 { break }
      guard got > 0 || errno == EINTR else { throw last("cannot be read") }
      filled += max(got, 0)
    }
    guard filled <= byteCountMax else { throw Failure(why: "is larger than the limit of \(byteCountMax) bytes") }
    return Array(bytes[..<filled])
  }

  private static func last(_ what: String) -> Failure { Failure(why: "\(what): \(String(cString: strerror(errno)))") }
}
