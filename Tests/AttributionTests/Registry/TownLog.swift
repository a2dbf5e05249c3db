import Codec
import Credit
import Cryptography
import MerkleLog
import RPC
import Receipts
import Synchronization
import Wire

@testable import AttributionService

/// A log with real keys, tiles and proofs, in which contributors register what they brought, and which lies as it is told to.
final class TownLog: Sendable {
  struct State: Sendable {
    var entries: [[UInt8]] = []
    var statements: [Digest32: [UInt8]] = [:]
    var isDown = false
    /// Entries whose tiles say something else.
    var swapped: [Int: [UInt8]] = [:]
    var calls = 0
  }

  let signer: NoteSigner
  let state = Mutex(State())

  init() throws {
    signer = try NoteSigner(name: "log.test", key: .generate())
    state.withLock { $0.entries = [SHA256.hash([0]).bytes] }
  }

  /// Registers a statement; its index.
  @discardableResult func append(_ statement: [UInt8]) -> UInt64 {
    state.withLock { state in
      let digest = SHA256.hash(statement)
      state.statements[digest] = statement
      state.entries.append(digest.bytes)
      return UInt64(state.entries.count - 1)
    }
  }

  /// Receipts of others, which nobody reads here.
  func fill(_ count: Int) { for number in 0..<count { append(Array("receipt \(number)".utf8)) } }

  func edit(_ edit: (inout State) -> Void) { state.withLock { edit(&$0) } }

  // What a contributor does.

  private static func person(_ id: String) throws -> Contributor {
    try Contributor(id: id, key: Office.key(id).publicKey, name: id)
  }

  private func sign(_ contribution: Contribution, by id: String) throws -> UInt64 {
    append(
      try RegistryReader.sign(contribution, issuer: Self.person(id).issuer, issuedAt: 1, with: Office.key(id)).bytes)
  }

  func add(_ ids: String...) throws { for id in ids { _ = try sign(.contributor(Self.person(id)), by: id) } }

  private static func asset(_ id: String, _ texts: [String]) throws -> Asset {
    try Asset(
      id: id, kind: .documents, name: id, licence: "MIT", contents: texts.map { SHA256.hash(Array($0.utf8)) })
  }

  func commit(_ texts: String..., as asset: String, by id: String) throws -> UInt64 {
    try commit(Self.asset(asset, texts), by: id)
  }

  func reveal(_ texts: String..., as asset: String, by id: String, committed: UInt64) throws {
    try reveal(Self.asset(asset, texts), by: id, committed: committed)
  }

  /// Commits to the texts and opens that at once.
  func register(_ texts: String..., as asset: String, by id: String) throws {
    let asset = try Self.asset(asset, texts)
    try reveal(asset, by: id, committed: commit(asset, by: id))
  }

  private func commit(_ asset: Asset, by id: String) throws -> UInt64 {
    let digest = try Contribution.commitment(
      to: asset, by: COSEKey(Office.key(id).publicKey).keyID, salt: SHA256.hash([7]))
    return try sign(.commitment(digest), by: id)
  }

  private func reveal(_ asset: Asset, by id: String, committed: UInt64) throws {
    _ = try sign(.asset(.init(asset, committedAt: committed, salt: SHA256.hash([7]))), by: id)
  }

  // What storage answers.

  private func read() throws -> State {
    try state.withLock { state in
      state.calls += 1
      if state.isDown { throw RPCError(.unavailable, "down") }
      return state
    }
  }

  private static func leaves(_ state: State) -> [Digest32] { state.entries.map { TreeHash.leaf($0) } }

  private static func bytes(_ tile: Tile, _ state: State) throws -> [UInt8] {
    let first = Int(tile.index) * 256
    switch tile.kind {
    case .entries:
      return try Tile.encode(
        entries: (first..<first + tile.width).map { state.swapped[$0] ?? state.entries[$0] })
    case .hashes(let level):
      let (width, all) = (1 << (8 * level), leaves(state))
      return Tile.encode((first..<first + tile.width).map { MerkleTree.root(all[$0 * width..<($0 + 1) * width]) })
    }
  }

  var source: RegistryFeed.Source {
    RegistryFeed.Source(
      keys: { [self] in
        _ = try read()
        return LogKeys(origin: "log.test", checkpointVkey: "\(signer.verifierKey)", receiptKey: [], receiptIssuer: "")
      },
      checkpoint: { [self] in
        let all = Self.leaves(try read())
        let note = try Checkpoint(
          origin: "log.test", size: UInt64(all.count), root: MerkleTree.root(all[...])
        ).signed(by: signer)
        return String(decoding: note.encoded, as: UTF8.self)
      },
      log: ContributionFeed.Source(
        tile: { [self] in try Self.bytes($0, read()) },
        path: { [self] old, new in
          (MerkleTree.consistencyPath(Int(old), Self.leaves(try read()).prefix(Int(new))) ?? []).map(\.bytes)
        }, statement: { [self] in try read().statements[$0] }))
  }
}
