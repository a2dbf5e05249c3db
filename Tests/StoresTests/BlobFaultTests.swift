import Cryptography
import Foundation
import MerkleLog
import Receipts
import TestKit
import Testing

@testable import Stores

/// A disk that fails under the blobs in every way it can, at a place drawn from the seed, while blobs are put, uploaded,
/// removed and erased. Afterwards the store opens and settles; what was acknowledged holds, and no blob is served wrong.
@Suite struct BlobFaultTests {
  let scratch = Scratch()

  @Test func `Whatever the disk does, no acknowledged blob is lost and no erased one comes back`() async throws {
    let struck = await withTaskGroup(of: Set<FaultyDisk.Fault>.self) { group in
      for lane in 0..<UInt64(4) {
        group.addTask {
          var struck: Set<FaultyDisk.Fault> = []
          for seed in FaultSeeds.all.filter({ $0 % 4 == lane }) {
            do {
              if let fault = try await BlobFaultRun(seed, "\(scratch.path)/\(seed)").run() { struck.insert(fault) }
            } catch { Issue.record("COLOPHON_TEST_SEED=\(seed): \(error)") }
          }
          return struck
        }
      }
      return await group.reduce(into: Set()) { $0.formUnion($1) }
    }
    // Most ways of failing were met, or the seeds prove less than they seem to; of thousands of seeds, each.
    let isLong = FaultSeeds.all.count > 1000
    #expect(struck.count >= (isLong ? LogFaultTests.faults.count : 4), "\(struck) in \(FaultSeeds.all)")
  }
}

/// One seed: some work, a fault in it, a crash, and what must be true of what is left.
private struct BlobFaultRun {
  /// What the store has said of a blob, and what was asked of it without an answer.
  private struct Known {
    var isKept = false
    var isErased = false
    var mayBeErased = false
  }

  private static let blobs = (0..<6).map { number in
    bytes(number == 0 ? ChunkTree.chunkBytes + 5 : 1000, seed: UInt64(number))
  }

  private let seed: UInt64
  private let folder: String
  private let disk = FaultyDisk()

  init(_ seed: UInt64, _ folder: String) {
    self.seed = seed
    self.folder = folder
  }

  private func open(_ folder: String, _ calls: FileCalls) async throws -> BlobStore {
    BlobStore(
      backend: try FileBackend(folder: "\(folder)/blobs", calls: calls),
      catalogue: BlobCatalogue(try SQLiteDatabase(path: "\(folder)/storage.sqlite", schema: StorageSchema.schema)),
      bytesMax: 8 << 20)
  }

  /// The fault that struck; nil when none did.
  func run() async throws -> FaultyDisk.Fault? {
    var random = SplitMix64(state: seed)
    var known = Self.blobs.map { _ in Known() }
    let fault = Bool.random(using: &random) ? .dies : LogFaultTests.faults.randomElement(using: &random) ?? .dies
    do {
      let store = try await open(folder, disk.calls)
      let uploads = try await UploadStore(
        folder: "\(folder)/uploads", store: store, unixMs: { 1_700_000_000_000 }, calls: disk.calls)
      for step in 0..<14 {
        if step == 3 { disk.arm(fault, at: Int.random(in: 1...70, using: &random)) }
        let at = Int.random(in: known.indices, using: &random)
        let choice = Int.random(in: 0..<8, using: &random)
        await work(choice, on: at, &known, store, uploads, "step-\(step)")
        if Bool.random(using: &random) { disk.heal() }
      }
    }
    let image = "\(folder)-image"
    try crash(to: image, &random)
    try await check(try await open(image, .system), known)
    for path in [folder, image] { try removeFolder(path) }
    return disk.hit == nil ? nil : fault
  }

  /// One thing that a caller asks; what came of it is noted only when it was acknowledged.
  private func work(
    _ choice: Int, on at: Int, _ known: inout [Known], _ store: BlobStore, _ uploads: UploadStore, _ id: String
  ) async {
    let blob = Self.blobs[at]
    let name = BlobName(of: blob)
    switch choice {
    case 0, 1, 2:
      if (try? await store.keep(blob, holder: id)) != nil { known[at].isKept = true }
    case 3, 4:
      if (try? await upload(blob, to: uploads, id: id, retention: .opening)) != nil { known[at].isKept = true }
    case 5:
      _ = try? await store.keep(blob, .content, holder: id, unixMs: 0)
    case 6:
      // Ends what is past its time; what is kept for good stays.
      _ = try? await BlobCollector(store, lifetimes: [.content: .seconds(1)], unixMs: { 1_700_000_000_000 }).run()
    default:
      guard (try? await store.catalogue.object(name)) != nil else { return }
      known[at].mayBeErased = true
      if (try? await store.erase(name, reason: "asked for", unixMs: 1)) != nil { known[at].isErased = true }
    }
  }

  /// What is left: of a killed process all that it did, of a power cut what was synced and any part of the rest. SQLite
  /// syncs for itself: its files are taken as they are, no transaction being open.
  private func crash(to image: String, _ random: inout SplitMix64) throws {
    let isPowerCut = Bool.random(using: &random)
    try FileManager.default.createDirectory(atPath: image, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let (from, to) = ("\(folder)/\(name)", "\(image)/\(name)")
      if isPowerCut, !name.hasPrefix("storage.sqlite") {
        try disk.powerCut(of: from, to: to, using: &random)
      } else {
        // A database that was let go of closes on a thread of its own, and removes its side files meanwhile.
        do { try FileManager.default.copyItem(atPath: from, toPath: to) } catch {
          if FileManager.default.fileExists(atPath: from) { throw error }
        }
      }
    }
  }

  private func check(_ store: BlobStore, _ known: [Known]) async throws {
    let collector = BlobCollector(store, lifetimes: [:], unixMs: { 1_700_000_000_000 })
    _ = try await collector.settle()
    #expect(try await store.catalogue.unsettled().isEmpty)
    for (blob, known) in zip(Self.blobs, known) {
      let name = BlobName(of: blob)
      do {
        #expect(try await store.get(name) == blob)
        #expect(!known.isErased, "an erased blob came back")
      } catch BlobError.missing {
        #expect(!known.isKept, "an acknowledged blob is gone")
      } catch BlobError.erased {
        #expect(known.mayBeErased, "nobody erased it")
        #expect(try await store.backend.bytes(of: BlobObject(name)) == nil, "the bytes are there still")
      }
      // Everything goes on from here.
      do { try await store.keep(blob) } catch BlobError.erased { #expect(known.mayBeErased) }
      if !known.mayBeErased { #expect(try await store.get(name) == blob) }
    }
    for name in try await store.catalogue.present(after: nil, max: 100) {
      #expect(try await store.digest(name, bytes: try await store.reader(of: name).info.bytes)?.name == name)
    }
    _ = try await BlobScrubber(store).round { _ in }
    #expect(try await store.catalogue.unsettled().isEmpty)
  }
}
