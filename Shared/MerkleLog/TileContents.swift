public import Cryptography

extension Tile {
  /// Hashes to the bytes of a hash tile, 32 bytes each.
  public static func encode(_ hashes: some Sequence<Digest32>) -> [UInt8] {
    var bytes: [UInt8] = []
    for hash in hashes { bytes.append(contentsOf: hash.bytes) }
    return bytes
  }

  /// The hashes of a hash tile. Errors: ``TileError/length(path:expected:actual:)`` unless there are exactly
  /// `width * 32` bytes.
  public func hashes(in bytes: [UInt8]) throws(TileError) -> [Digest32] {
    guard case .hashes = kind else { throw .notHashes(path: path) }
    guard bytes.count == width * 32 else {
      throw .length(path: path, expected: width * 32, actual: bytes.count)
    }
    var hashes: [Digest32] = []
    hashes.reserveCapacity(width)
    for start in stride(from: 0, to: bytes.count, by: 32) {
      do {
        hashes.append(try Digest32(Array(bytes[start..<start + 32])))
      } catch {
        throw .length(path: path, expected: width * 32, actual: bytes.count)
      }
    }
    return hashes
  }

  /// Entries to the bytes of an entry bundle: each behind its u16 big-endian length.
  /// Errors: ``TileError/entryTooLong(bytes:)``.
  public static func encode(entries: some Sequence<[UInt8]>) throws(TileError) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      guard let length = UInt16(exactly: entry.count) else { throw .entryTooLong(bytes: entry.count) }
      bytes.append(UInt8(length >> 8))
      bytes.append(UInt8(length & 0xff))
      bytes.append(contentsOf: entry)
    }
    return bytes
  }

  /// The entries of an entry bundle: exactly `width` of them and not one byte more.
  /// Errors: ``TileError/bundleCount(path:expected:)``, ``TileError/bundleTrailing(path:count:)``.
  public func entries(in bytes: [UInt8]) throws(TileError) -> [[UInt8]] {
    guard case .entries = kind else { throw .notEntries(path: path) }
    var entries: [[UInt8]] = []
    entries.reserveCapacity(width)
    var position = 0
    for _ in 0..<width {
      guard bytes.count - position >= 2 else { throw .bundleCount(path: path, expected: width) }
      let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
      position += 2
      guard bytes.count - position >= length else { throw .bundleCount(path: path, expected: width) }
      entries.append(Array(bytes[position..<position + length]))
      position += length
    }
    guard position == bytes.count else { throw .bundleTrailing(path: path, count: bytes.count - position) }
    return entries
  }

  /// The bytes of this partial tile, from those of the full tile that took its place. Errors: ``TileError``.
  public func beginning(of full: [UInt8]) throws(TileError) -> [UInt8] {
    switch kind {
    case .hashes: Array(full.prefix(width * Digest32.count))
    case .entries: try Tile.encode(entries: self.full.entries(in: full).prefix(width))
    }
  }
}
