import Cryptography
import Foundation
import Logging
import MerkleLog
import Stores
import Synchronization
import WitnessService

@testable import StorageService

/// Witnesses of this process behind made-up addresses, and what may be wrong with their answers.
final class WitnessNet: OutboundTransport {
  enum Lie: CaseIterable {
    case broken, later, unknown, garbage, otherKey, damaged, otherTree, wrongTime, wrongMediaType, sameSize,
      aheadWithoutProof
  }

  struct Unreachable: Error {}

  static let now: UInt64 = 1_700_000_000
  let fixture: StorageFixture
  let lie = Mutex<Lie?>(nil)
  let isAway = Mutex(false)
  private let witnesses: [Witness]

  init(_ fixture: StorageFixture) throws {
    self.fixture = fixture
    let policy = try fixture.checkpointPolicy
    witnesses = try (0..<3).map { number in
      Witness(
        cosigner: try Self.cosigner(number),
        store: try WitnessStore(path: "\(fixture.folder)-witness\(number)/w.sqlite"),
        logs: [try WitnessedLog(origin: policy.origin, key: policy.logKey)], now: { Self.now })
    }
  }

  deinit {
    for number in 0..<3 { try? FileManager.default.removeItem(atPath: "\(fixture.folder)-witness\(number)") }
  }

  static func cosigner(_ number: Int) throws -> Cosigner {
    try Cosigner(name: "w\(number).example", key: StorageFixture.key("witness \(number)"))
  }

  static func peer(_ number: Int) throws -> WitnessPeer {
    WitnessPeer(key: try cosigner(number).verifierKey, url: "https://w\(number).example/")
  }

  func policy(quorum: Int) throws -> CheckpointPolicy {
    let log = try fixture.checkpointPolicy
    return try CheckpointPolicy(
      origin: log.origin, logKey: log.logKey, witnesses: (0..<3).map { try Self.cosigner($0).verifierKey },
      quorum: quorum)
  }

  func open(
    witnesses count: Int, folder: String? = nil, _ change: (inout StorageSettings) -> Void = { _ in }
  ) async throws -> StorageService {
    var settings = StorageSettings(registrationPolicy: fixture.policyPath)
    settings.witnesses = try (0..<count).map { try Self.peer($0) }
    settings.witnessPauses = .init(first: .milliseconds(1), max: .milliseconds(5), interval: .milliseconds(1))
    change(&settings)
    return try await StorageService(
      settings: settings, folder: folder ?? fixture.folder, issuer: StorageFixture.storageIssuer, keys: fixture.keys,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, transport: self,
      unixMs: { Int64(Self.now) * 1000 }, isExclusive: false)
  }

  func client(_ number: Int, of storage: StorageService) throws -> WitnessClient {
    WitnessClient(
      peer: try Self.peer(number), policy: try policy(quorum: 0), log: storage.log.sequencer.published, transport: self,
      now: { Int64(Self.now) })
  }

  /// As if the rows had been lost.
  func forgetCosignatures() throws {
    let program = Process()
    program.executableURL = URL(filePath: "/usr/bin/python3")
    program.arguments = [
      "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM cosigned_head'); c.commit()",
      "\(fixture.folder)/storage.sqlite",
    ]
    try program.run()
    program.waitUntilExit()
    guard program.terminationStatus == 0 else { throw Unreachable() }
  }

  func get(_ url: String) async throws -> OutboundAnswer {
    guard !isAway.withLock({ $0 }) else { throw Unreachable() }
    let (witness, path) = try place(url)
    let hash = String(path.split(separator: "/").first ?? "")
    guard let note = try await witness.latest(originHash: hash) else { return OutboundAnswer(status: 404, body: []) }
    return OutboundAnswer(status: 200, body: note)
  }

  func post(_ url: String, _ body: [UInt8], type: String) async throws -> OutboundAnswer {
    guard !isAway.withLock({ $0 }) else { throw Unreachable() }
    let (witness, path) = try place(url)
    guard path == "/add-checkpoint" else { return OutboundAnswer(status: 404, body: []) }
    if let lie = lie.withLock({ $0 }) { return try answer(lie, try AddCheckpointRequest(parsing: body)) }
    do {
      return OutboundAnswer(status: 200, body: Array(try await witness.add(body).line.utf8))
    } catch WitnessRefusal.conflict(let known) {
      return OutboundAnswer(
        status: 409, mediaType: TreeSizeText.mediaType, body: Array(TreeSizeText.encode(known).utf8))
    } catch let refusal as WitnessRefusal {
      return OutboundAnswer(status: 422, body: Array("\(refusal)".utf8))
    }
  }

  private func place(_ url: String) throws -> (Witness, String) {
    for number in witnesses.indices {
      let prefix = "https://w\(number).example"
      if url.hasPrefix(prefix) { return (witnesses[number], String(url.dropFirst(prefix.count))) }
    }
    throw Unreachable()
  }

  private func answer(_ lie: Lie, _ request: AddCheckpointRequest) throws -> OutboundAnswer {
    let checkpoint = try Checkpoint(text: request.note.text)
    func line(_ cosigner: Cosigner, _ checkpoint: Checkpoint, _ time: UInt64 = WitnessNet.now) throws -> OutboundAnswer
    {
      OutboundAnswer(status: 200, body: Array(try cosigner.cosign(checkpoint, timeSeconds: time).line.utf8))
    }
    let size = Array(TreeSizeText.encode(request.old).utf8)
    switch lie {
    case .broken: throw Unreachable()
    case .later: return OutboundAnswer(status: 503, body: [])
    case .unknown: return OutboundAnswer(status: 404, body: Array("who?\u{1b}[2J".utf8))
    case .garbage: return OutboundAnswer(status: 200, body: [0xff, 0x0a])
    case .otherKey: return try line(Self.cosigner(1), checkpoint)
    case .damaged:
      var answer = try line(Self.cosigner(0), checkpoint)
      answer.body[answer.body.count - 10] ^= 1
      return answer
    case .otherTree:
      return try line(
        Self.cosigner(0), Checkpoint(origin: checkpoint.origin, size: checkpoint.size, root: SHA256.hash([1])))
    case .wrongTime: return try line(Self.cosigner(0), checkpoint, Self.now - 1000)
    case .wrongMediaType: return OutboundAnswer(status: 409, mediaType: "text/html", body: size)
    case .sameSize: return OutboundAnswer(status: 409, mediaType: TreeSizeText.mediaType, body: size)
    case .aheadWithoutProof:
      return OutboundAnswer(
        status: 409, mediaType: TreeSizeText.mediaType, body: Array(TreeSizeText.encode(checkpoint.size + 5).utf8))
    }
  }
}
