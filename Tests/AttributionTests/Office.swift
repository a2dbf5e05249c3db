import Codec
import Credit
import Cryptography
import Foundation
import Logging
import RPC
import Receipts
import ServiceKit
import Stores
import Wire

@testable import AttributionService

/// A folder with the attribution service's key and data, and the statements that others would send it.
struct Office {
  static let issuer = "https://example.org/attribution"
  static let operatorID = "https://example.org/inference"

  let folder: String
  var policy = AttributionPolicy.standard
  var nextPolicy: AttributionPolicy?
  var collections: String?
  var rarityTable: String?

  init() throws {
    folder = "\(NSTemporaryDirectory())/colophon-attribution-\(Hex.encode(try SecureRandom.bytes(8)))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  static func key(_ name: String) throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array(name.utf8)).bytes) }

  /// Starts the service: a second time as after a crash, for nothing of the first is ever closed in an orderly way.
  func open(
    at seconds: Int64 = 1_757_000_000, following log: TownLog? = nil, embed: CollectionIndexer.Embed? = nil
  ) async throws -> AttributionService {
    var settings = AttributionSettings()
    settings.policy = policy
    settings.nextPolicy = nextPolicy
    settings.collections = collections
    settings.rarityTable = rarityTable
    settings.audit = .statements
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return try await AttributionService(
      settings: settings, folder: folder, issuer: Self.issuer, key: Self.key("attribution"), logger: logger,
      now: { seconds }, log: log?.source, embed: embed)
  }

  static func settings(_ arguments: [String]) throws -> AttributionSettings {
    let table = SettingsTable(service: AttributionService.name, defaultPort: 0, settings: AttributionService.settings)
    return try AttributionSettings(table.resolve(arguments: arguments, environment: [:]), folder: "")
  }

  func file(_ text: String) throws -> String {
    let path = "\(folder)/policy.json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  static func id(_ number: Int) -> ReceiptID { ReceiptID(unixMs: UInt64(number), random: Array(1...10)) }

  static func manifest() throws -> ModelManifest {
    let lineage = try Lineage(
      root: "tiny",
      nodes: [
        LineageNode(
          id: "tiny", kind: .model, name: "Tiny", contributor: "example.org/maker", retainedBasisPoints: 6_000,
          parents: [LineageParent(id: "corpus", basisPoints: 4_000)]),
        LineageNode(id: "corpus", kind: .dataset, name: "Corpus", contributor: CreditID.unattributed),
      ])
    return ModelManifest(
      id: "tiny", name: "Tiny", architecture: "llama", fileName: "tiny.gguf", fileDigest: SHA256.hash([1]),
      fileBytes: 1,
      quantization: "Q4_1", template: SHA256.hash([2]), profile: "exact/1", contextLength: 64, licence: "Apache-2.0",
      lineage: lineage)
  }

  static func sign(
    _ kind: StatementKind, issuer: String, subject: String, _ digest: Digest32, _ predicate: JSON
  ) throws -> [UInt8] {
    try SignedStatement(
      signing: Statement(
        kind: kind, issuer: issuer, subject: subject, subjectDigest: digest, issuedAt: 1, predicate: predicate),
      with: key(issuer)
    ).bytes
  }

  static func model(_ manifest: ModelManifest, subject: String? = nil, digest: Digest32? = nil) throws -> [UInt8] {
    try sign(
      .model, issuer: "https://example.org/operator", subject: subject ?? manifest.id,
      digest ?? manifest.digest(), manifest.json)
  }

  /// An execution of `manifest()` as inference signs it, edited before it is signed.
  static func execution(
    _ id: ReceiptID, issuer: String = operatorID, subject: String? = nil, subjectDigest: Digest32? = nil,
    edit: (inout ExecutionPredicate) -> Void = { _ in }
  ) throws -> [UInt8] {
    let body = #"{"model":"tiny","messages":[{"role":"user","content":"Hello"}]}"#
    let request = try ChatRequest(body: Array(body.utf8))
    let manifest = try manifest()
    let content = SHA256.hash(Array("content of \(id)".utf8))
    var predicate = ExecutionPredicate(
      receiptID: id, nonce: nil, request: SHA256.hash([3]), messages: [SHA256.hash([4])], content: content,
      tokens: SHA256.hash([5]), model: manifest.id, manifest: try manifest.digest(), profile: manifest.profile,
      build: "test", parameters: EffectiveParameters(request.parameters, drawnSeed: 1, room: 16), promptTokens: 8,
      completionTokens: 2, finishReason: .stop, startedUnixMs: 1, endedUnixMs: 2, activation: SHA256.hash([6]))
    edit(&predicate)
    return try sign(
      .execution, issuer: issuer, subject: subject ?? id.description, subjectDigest ?? content, predicate.json)
  }

  static func request(_ number: Int, price: UInt64 = 1_000_003) throws -> AttributeRequest {
    AttributeRequest(
      receiptID: id(number).description, executionStatement: try execution(id(number)),
      modelStatement: try model(manifest()), priceNano: price)
  }

  static func settlement(_ number: Int) -> SettleRequest {
    SettleRequest(
      receiptID: id(number).description, receiptDigest: SHA256.hash(Array("receipt \(number)".utf8)).bytes,
      index: UInt64(number))
  }
}

/// Runs `work` in a fresh office and removes it afterwards.
func withOffice(_ work: (inout Office) async throws -> Void) async throws {
  var office = try Office()
  defer { office.remove() }
  try await work(&office)
}

/// The code and message of the RPC error that `call` throws; nil when it throws none.
func refusal(_ call: () async throws -> some Sendable) async throws -> RPCError? {
  do {
    _ = try await call()
    return nil
  } catch let error as RPCError { return error }
}
