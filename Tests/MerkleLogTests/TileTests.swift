import Cryptography
import TestKit
import Testing

@testable import MerkleLog

@Suite struct TileTests {
  @Test func pathsAreThoseOfTheSpecification() throws {
    #expect(try Tile(kind: .hashes(level: 0), index: 0).path == "tile/0/000")
    #expect(try Tile(kind: .hashes(level: 3), index: 1_234_067).path == "tile/3/x001/x234/067")
    #expect(try Tile(kind: .hashes(level: 1), index: 999, width: 7).path == "tile/1/999.p/7")
    #expect(try Tile(kind: .entries, index: 1000, width: 255).path == "tile/entries/x001/000.p/255")
    #expect(try Tile(kind: .entries, index: 1 << 56 - 1).path == "tile/entries/x072/x057/x594/x037/x927/935")
  }

  @Test func everyPathReadsBackAsItsTile() throws {
    var random = SplitMix64(state: 5)
    for _ in 0..<2000 {
      let level = Int.random(in: 0...7, using: &random)
      let kind: Tile.Kind = level == 0 && Bool.random(using: &random) ? .entries : .hashes(level: level)
      let bits = UInt64.random(in: 0...UInt64(56 - 8 * level), using: &random)
      let index = bits == 0 ? 0 : UInt64.random(in: 0..<(1 << bits), using: &random)
      let tile = try Tile(kind: kind, index: index, width: Int.random(in: 1...256, using: &random))
      #expect(try Tile(path: tile.path) == tile)
      #expect(tile.full.isPartial == false)
    }
  }

  @Test(arguments: [
    "", "/", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/001",
    "tile/0/x001", "tile/0/001/002", "tile/00/000", "tile/01/000", "tile/-1/000", "tile/+1/000", "tile/8/000",
    "tile/63/000", "tile/64/000", "tile/99999999999999999999/000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
    "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/", "tile/0/000.p/1/000", "tile/0/000.p/-1", "/tile/0/000",
    "tile//000", "tile/0//000", "tile/0/../000", "tile/entries/../../etc/passwd", "tile/entries", "tile/entries/",
    "tile/Entries/000", "tile/0/000\u{0}", "tile/0/000\n", " tile/0/000", "tile/0/ 00", "tile/0/00a", "tile/0/X001/000",
    "tile/0/x001/x234/x067", "tile/0/٠٠٠", "tile/0/000\u{301}", "tile\u{301}/0/000", "tile/7/001",
    "tile/0/x072/x057/x594/x037/x927/936", "tile/0/x999/x999/x999/x999/x999/x999/999",
    "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/000.p/1.p/1", "tile/0/x000.p/001", "tile/8/0/000",
  ])
  func aPathThatIsNotCanonicalIsRefused(path: String) {
    #expect(throws: TileError.self) { try Tile(path: path) }
  }

  @Test func aLongPathIsRefusedUnread() {
    #expect(throws: TileError.self) { try Tile(path: "tile/0/" + String(repeating: "x001/", count: 100_000) + "000") }
  }

  @Test func tilesThatNoTreeHasAreRefused() {
    #expect(throws: TileError.width(0)) { try Tile(kind: .entries, index: 0, width: 0) }
    #expect(throws: TileError.width(257)) { try Tile(kind: .entries, index: 0, width: 257) }
    #expect(throws: TileError.level(8)) { try Tile(kind: .hashes(level: 8), index: 0) }
    #expect(throws: TileError.level(-1)) { try Tile(kind: .hashes(level: -1), index: 0) }
    #expect(throws: TileError.beyondTree(level: 7, index: 1)) { try Tile(kind: .hashes(level: 7), index: 1) }
    #expect(throws: TileError.beyondTree(level: 0, index: 1 << 56)) { try Tile(kind: .entries, index: 1 << 56) }
  }

  @Test func aTreeOf70000HasTheTilesThatTheSpecificationCounts() {
    let tiles = Array(TileRange(to: 70_000))
    func count(_ kind: Tile.Kind, partial: Bool) -> Int { tiles.count { $0.kind == kind && $0.isPartial == partial } }
    #expect(count(.hashes(level: 0), partial: false) == 273)
    #expect(count(.entries, partial: false) == 273)
    #expect(
      tiles.filter(\.isPartial).map(\.path) == [
        "tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
      ])
    #expect(count(.hashes(level: 1), partial: false) == 1)
    #expect(tiles.count == 273 * 2 + 5)
    #expect(Array(TileRange(to: 256)).map(\.path) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"])
    #expect(Array(TileRange(to: 0)).isEmpty)
  }

  @Test func growthChangesExactlyTheTilesThatAreNew() {
    let sizes: [UInt64] = [0, 1, 2, 255, 256, 257, 511, 512, 700, 65535, 65536, 65537, 65792, 66000, 131_072]
    for old in sizes {
      let before = Set(TileRange(to: old))
      for new in sizes {
        let changed = Array(TileRange(from: old, to: new))
        let expected = Array(TileRange(to: new)).filter { !before.contains($0) || new < old }
        #expect(changed == (new > old ? expected : []), "\(old) -> \(new)")
      }
    }
  }

  @Test func theLargestTreeHasAnEndToItsTiles() throws {
    // One more leaf changes level 0 and its bundle; 256 more also finish a tile and so change level 1.
    #expect(Array(TileRange(from: .max - 1, to: .max)).map(\.width) == [255, 255])
    #expect(Array(TileRange(from: .max - 256, to: .max)).map(\.kind.level) == [0, 0, 0, 0, 1])
    #expect(Array(TileRange(from: .max, to: .max)).isEmpty)
    let last = try #require(Tile.tile(kind: .hashes(level: 7), index: 0, inTreeOf: .max))
    #expect(last.width == 255)
    #expect(Tile.tile(kind: .hashes(level: 7), index: 1, inTreeOf: .max) == nil)
    #expect(Tile.tile(kind: .hashes(level: 8), index: 0, inTreeOf: .max) == nil)
    #expect(Tile.tile(kind: .entries, index: .max, inTreeOf: .max) == nil)
  }

  @Test func contentsReadBackAndAnyOtherLengthIsRefused() throws {
    let hashTile = try Tile(kind: .hashes(level: 0), index: 0, width: 3)
    let hashes = leaves(3)
    let bytes = Tile.encode(hashes)
    #expect(bytes.count == 96)
    #expect(try hashTile.hashes(in: bytes) == hashes)
    for wrong in [[], Array(bytes.dropLast()), bytes + [0], bytes + bytes] {
      #expect(throws: TileError.length(path: hashTile.path, expected: 96, actual: wrong.count)) {
        try hashTile.hashes(in: wrong)
      }
    }
    #expect(throws: TileError.notEntries(path: hashTile.path)) { try hashTile.entries(in: bytes) }
  }

  @Test func bundlesReadBackAndAnyOtherLengthIsRefused() throws {
    let bundle = try Tile(kind: .entries, index: 0, width: 4)
    let entries: [[UInt8]] = [[], [1], [UInt8](repeating: 2, count: 65535), [3, 4]]
    let bytes = try Tile.encode(entries: entries)
    #expect(try bundle.entries(in: bytes) == entries)
    #expect(throws: TileError.bundleTrailing(path: bundle.path, count: 1)) { try bundle.entries(in: bytes + [0]) }
    for count in [0, 1, 2, 3, 5, 6, 65541, bytes.count - 3, bytes.count - 1] {
      #expect(throws: TileError.bundleCount(path: bundle.path, expected: 4)) {
        try bundle.entries(in: Array(bytes.prefix(count)))
      }
    }
    #expect(throws: TileError.entryTooLong(bytes: 65536)) {
      try Tile.encode(entries: [[UInt8](repeating: 0, count: 65536)])
    }
    #expect(throws: TileError.notHashes(path: bundle.path)) { try bundle.hashes(in: bytes) }
  }
}
