internal import Receipts
internal import ServiceKit
internal import Stores

/// The orchestrator's settings, read once.
struct OrchestratorSettings: Sendable {
  /// Whether an answer may leave before its receipt is in the log.
  enum ReceiptRule: String, Sendable { case required, bestEffort = "best_effort" }

  var receipts: ReceiptRule = .required
  /// When answers are executed again, unless their model or their request says otherwise.
  var verification = VerificationPolicy.always
  var verificationOfModels: [String: VerificationPolicy] = [:]
  var pricePromptNano: UInt64 = 1000
  var priceCompletionNano: UInt64 = 3000
  /// Longest time that a receipt waits for the scores of the documents in its prompt, and for the spans of its answer and
  /// the records near to it.
  var creditBudget: Duration = .seconds(10)
  /// How often it is tried to value them later.
  var creditAttempts: Int64 = 100
  /// Longest time for one re-execution, or for a part of the values of documents.
  var verifyTimeout: Duration = .seconds(300)
  /// Longest time until documents of collections are found.
  var retrievalTimeout: Duration = .seconds(10)
  var requestsMax = 64
  /// Longest time that a receipt waits to be counted by an epoch, and most receipts of one.
  var epochInterval: Duration = .seconds(600)
  var epochReceiptsMax = 4096
  /// Of `trust.json`.
  var trustPath = ""
  /// Nil: no key is needed, and everybody is the owner `local`.
  var apiKeys: APIKeys?
  /// Nil for SQLite in the service's folder.
  var database: DatabaseLocation?

  static func url(of peer: Peer) -> String { "\(peer.rawValue)-url" }

  static var table: [Setting] {
    let ports: [Peer: Int] = [.inference: 8081, .verification: 8082, .storage: 8083, .attribution: 8084]
    return Peer.allCases.map { peer in
      Setting(
        url(of: peer), .url, default: "http://127.0.0.1:\(ports[peer] ?? 0)",
        help: "Address of the \(peer.rawValue) service.")
    } + [
      Setting(
        "receipts", .choice(["required", "best_effort"]), default: "required",
        help: "required: no answer ends without its receipt in the log; best_effort: answers leave, receipts follow."),
      Setting(
        "verification", .string, default: "always",
        help:
          "When an answer is executed again. always: before its receipt is signed; 'sample 500bp': when the draw of its "
          + "epoch selects it (1 to 10000 basis points); on-demand: when its owner asks; none."),
      Setting(
        "verification-of-models", .list,
        help:
          "The same for single models, as 'big=sample 500bp, tiny=always'; header X-Receipt-Verification of a request "
          + "goes before both."),
      Setting(
        "price-prompt-nano", .int(0...1_000_000_000), default: "1000", help: "Price of a prompt token in nano-units."),
      Setting(
        "price-completion-nano", .int(0...1_000_000_000), default: "3000",
        help: "Price of a generated token in nano-units."),
      Setting(
        "credit-budget", .duration, default: "10s",
        help:
          "Longest time that a receipt waits for the scores of the documents in its prompt, the spans of its answer and the "
          + "records near to it, where the policy of attribution asks for them. What is not found in it is credited by a "
          + "later statement."),
      Setting(
        "credit-attempts", .int(1...1_000_000), default: "100",
        help:
          "How often it is tried to find later what credit is made of, up to ten minutes apart; then it is unattributed."
      ),
      Setting(
        "retrieval-timeout", .duration, default: "10s",
        help: "Longest time until the documents of the collections that a request names are found."),
      Setting(
        "max-requests", .int(1...65_536), default: "64", help: "Requests answered at once; more are told to come back."),
      Setting(
        "epoch-interval", .duration, default: "10m",
        help: "Longest time until a receipt is counted by an epoch statement in the log."),
      Setting(
        "epoch-receipts-max", .int(1...EpochPredicate.receiptsMax), default: "4096",
        help: "Receipts of one epoch; so many close it before its time."),
      Setting("trust", .path, help: "Trust policy of /v1/verify; DATA/trust.json unless set."),
      Setting(
        "api-keys", .path,
        help:
          "File with one API key a line, behind it 'contributor=ID' where it is a contributor's; without it /v1 asks for "
          + "none."),
      Setting("generate-timeout", .duration, default: "10m", help: "Longest time for one answer."),
      Setting("verify-timeout", .duration, default: "5m", help: "Longest time for one re-execution."),
    ] + Setting.database
  }

  init() {}

  init(_ values: SettingsValues, folder: String) throws {
    receipts = ReceiptRule(rawValue: try values.string("receipts")) ?? .required
    verification = try Self.policy(values.string("verification"), setting: "verification")
    for item in values.list("verification-of-models") {
      let parts = item.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces }
      guard parts.count == 2, !parts[0].isEmpty else {
        throw SettingsError.contradiction("verification-of-models holds '\(item)', which is no MODEL=POLICY")
      }
      let policy = try Self.policy(parts[1], setting: "verification-of-models")
      guard verificationOfModels.updateValue(policy, forKey: parts[0]) == nil else {
        throw SettingsError.contradiction("verification-of-models names '\(parts[0])' twice")
      }
    }
    pricePromptNano = UInt64(try values.int("price-prompt-nano"))
    priceCompletionNano = UInt64(try values.int("price-completion-nano"))
    creditBudget = try values.duration("credit-budget")
    creditAttempts = Int64(try values.int("credit-attempts"))
    verifyTimeout = try values.duration("verify-timeout")
    retrievalTimeout = try values.duration("retrieval-timeout")
    requestsMax = try values.int("max-requests")
    epochInterval = try values.duration("epoch-interval")
    epochReceiptsMax = try values.int("epoch-receipts-max")
    trustPath = try values.optionalString("trust") ?? "\(values.string("data"))/trust.json"
    if let path = values.optionalString("api-keys") { apiKeys = try APIKeys(file: path) }
    database = try Self.database(values, folder: folder)
  }

  private static func policy(_ text: String, setting: String) throws -> VerificationPolicy {
    guard let policy = VerificationPolicy(text) else {
      throw SettingsError.contradiction(
        "\(setting) holds '\(text)', which is none of always, 'sample 500bp' (1 to 10000), on-demand and none")
    }
    return policy
  }

  static func database(_ values: SettingsValues, folder: String) throws -> DatabaseLocation {
    try DatabaseLocation(
      database: values.string("database"), passwordFile: values.optionalString("database-password-file"),
      connectionsMax: values.int("database-connections"), path: path(folder))
  }

  static func path(_ folder: String) -> String { "\(folder)/outbox.sqlite" }

  func verification(of model: String) -> VerificationPolicy { verificationOfModels[model] ?? verification }

  /// What a request with these tokens costs. Token counts and prices are both below 2^31: nothing overflows.
  func priceNano(promptTokens: Int, completionTokens: Int) -> UInt64 {
    pricePromptNano * UInt64(min(promptTokens, 1 << 31)) + priceCompletionNano * UInt64(min(completionTokens, 1 << 31))
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
