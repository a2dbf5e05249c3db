import Cryptography
import Foundation
import Logging
import MerkleLog
import Stores
import Synchronization

@testable import WitnessService

/// A log in memory, and a witness in a folder that is opened again as a process that was killed would.
final class WitnessFixture: Sendable {
  static let origin = "log.example/1"
  static let leaves = (0..<64).map { TreeHash.leaf(Array("entry \($0)".utf8)) }

  let folder: String
  let clock = Mutex<UInt64>(1_700_000_000)

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/colophon-witness-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static func key(_ name: String) throws -> SigningKey { try SigningKey(seed: SHA256.hash(Array(name.utf8)).bytes) }

  static func log(_ origin: String = origin) throws -> WitnessedLog {
    try WitnessedLog(origin: origin, key: NoteSigner(name: origin, key: key("log")).verifierKey)
  }

  func open(logs: [WitnessedLog]? = nil, key: String = "witness") async throws -> WitnessService {
    try await WitnessService(
      settings: WitnessSettings(name: "witness.example", logs: try logs ?? [Self.log()]), folder: folder,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      now: { [self] in clock.withLock { $0 } }
    ) { try Self.key(key) }
  }

  /// The leaves of a branch: those of the log, the first replaced by the branch's own.
  static func branch(_ name: UInt8) -> [Digest32] {
    name == 0 ? leaves : [TreeHash.leaf([name])] + leaves.dropFirst()
  }

  static func request(_ old: Int, _ new: Int, branch: UInt8 = 0, origin: String = origin) throws -> [UInt8] {
    let tree = Self.branch(branch)
    let checkpoint = try Checkpoint(origin: origin, size: UInt64(new), root: MerkleTree.root(tree.prefix(new)))
    let path =
      old == 0 || old >= new
      ? [] : try ArrayHashes(leaves: tree).consistencyProof(old: UInt64(old), new: UInt64(new)).path
    return AddCheckpointRequest(
      old: UInt64(old), path: path, note: try checkpoint.signed(by: NoteSigner(name: origin, key: key("log")))
    ).encoded
  }

  /// The root that a cosignature line is about, out of the branches; nil when it is about none.
  static func branch(of line: NoteSignature, size: Int, key: NoteVerifierKey) throws -> UInt8? {
    for name in UInt8(0)...8 {
      let root = MerkleTree.root(branch(name).prefix(size))
      let text = try Checkpoint(origin: origin, size: UInt64(size), root: root).text
      if (try? SignedNote(text: text, signatures: [line]).verify(with: [key])) != nil { return name }
    }
    return nil
  }
}

struct ArrayHashes: HashReader {
  let leaves: [Digest32]

  func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
    coordinates.map { node in
      let width = 1 << node.level
      return MerkleTree.root(leaves[Int(node.index) * width..<(Int(node.index) + 1) * width])
    }
  }
}
