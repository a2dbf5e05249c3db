import Cryptography

/// A part of a span index: some classes' texts and their suffix array, immutable. Its bytes are a pure function of its
/// documents.
public final class SpanSegment: Sendable {
  let layout: SegmentLayout
  let bytes: SegmentBytes
  /// Of each document, ascending: where it stands, and what is told about it.
  let starts: [UInt32]
  let standings: [SpanStanding]
  let ownerNumbers: [UInt32]
  let owners: [String]

  /// Symbols: tokens and one end a document.
  public var count: Int { layout.count }
  public var documentCount: Int { layout.documentCount }
  public var byteCount: Int { bytes.count }

  /// Opens a file that `write` made, and checks what reading it relies on.
  public convenience init(path: String) throws(CreditError) {
    try self.init(bytes: SegmentBytes(path: path), path: path)
  }

  /// Writes it to a new file that appears whole or not at all.
  public func write(to path: String) throws(CreditError) { try bytes.write(to: path) }

  init(bytes: SegmentBytes, path: String) throws(CreditError) {
    let layout = try SegmentLayout(bytes, path: path)
    var owners: [String] = []
    var numbers: [UInt64: UInt32] = [:]
    var at = 0
    while at < layout.ownersBytes {
      guard at + 2 <= layout.ownersBytes else { throw .notAnIndex(path: path, what: "its owners are cut off") }
      let place = bytes.base + layout.owners + at
      let length = Int(UInt16(littleEndian: place.loadUnaligned(as: UInt16.self)))
      guard at + 2 + length <= layout.ownersBytes else { throw .notAnIndex(path: path, what: "its owners are cut off") }
      let owner = String(decoding: UnsafeRawBufferPointer(start: place + 2, count: length), as: UTF8.self)
      try CreditID.check(owner, "owner")
      numbers[UInt64(at)] = UInt32(owners.count)
      owners.append(owner)
      at += 2 + length
    }
    var (starts, standings, ownerNumbers): ([UInt32], [SpanStanding], [UInt32]) = ([], [], [])
    for document in 0..<layout.documentCount {
      let place = bytes.base + layout.documents + document * SegmentLayout.documentBytes
      func word(_ at: Int) -> UInt64 {
        UInt64(littleEndian: place.loadUnaligned(fromByteOffset: 8 * at, as: UInt64.self))
      }
      guard let id = try? Digest32([UInt8](UnsafeRawBufferPointer(start: place + 24, count: Digest32.count))) else {
        continue
      }
      let standing = SpanStanding(commitment: word(0), id: id)
      guard let owner = numbers[word(2)], word(1) < UInt64(layout.count),
        starts.last.map({ UInt64($0) < word(1) }) ?? (word(1) == 0), standings.last.map({ $0 < standing }) ?? true
      else { throw .notAnIndex(path: path, what: "its document \(document) is out of order or out of bounds") }
      starts.append(UInt32(word(1)))
      standings.append(standing)
      ownerNumbers.append(owner)
    }
    guard layout.count == 0 || !starts.isEmpty else {
      throw .notAnIndex(path: path, what: "it has a text and no documents")
    }
    self.layout = layout
    self.bytes = bytes
    self.starts = starts
    self.standings = standings
    self.ownerNumbers = ownerNumbers
    self.owners = owners
    guard arraysAreWithinBounds else { throw .notAnIndex(path: path, what: "its suffixes are out of bounds") }
  }

  /// A search that trusted these would read outside of the file.
  private var arraysAreWithinBounds: Bool {
    var most: UInt32 = 0
    let suffixes = suffixes
    for at in 0..<count { most = max(most, suffixes[at]) }
    guard count == 0 || most < UInt32(count) else { return false }
    var last: UInt32 = 0
    for value in 0...layout.alphabet {
      guard firsts[value] >= last, firsts[value] <= UInt32(count) else { return false }
      last = firsts[value]
    }
    return true
  }

  var suffixes: PackedNumbers { PackedNumbers(bytes.base + layout.suffixes, below: count) }
  var minima: UnsafePointer<UInt32> { part(layout.minima) }
  var firsts: UnsafePointer<UInt32> { part(layout.firsts) }
  func text<Symbol>(_: Symbol.Type) -> UnsafePointer<Symbol> { part(layout.text) }

  private func part<Element>(_ offset: Int) -> UnsafePointer<Element> {
    (bytes.base + offset).assumingMemoryBound(to: Element.self)
  }
}
