/// Where the parts of a segment stand. Little-endian; each part begins at a multiple of 64 bytes:
///
/// header | documents | owners | text | suffixes | minima | firsts
///
/// - header: `colospan`, u32 version 2, u32 bytes of a symbol (2 or 4), u64 symbols, u64 documents, u64 owners' bytes,
///   u64 alphabet.
/// - documents: in the order of (commitment, id): u64 commitment, u64 start in the text, u64 start of its owner in
///   `owners`, 32 bytes id.
/// - owners: u16 length and bytes of each owner once, by bytes.
/// - text: token + 1 for each token, 0 after each document.
/// - suffixes: smallest first: the suffix array of the text, each of as many bits as its last place needs (`PackedNumbers`).
/// - minima: the least of every 2,048 suffixes, u32 each.
/// - firsts: for each symbol, and for the alphabet's end, how many suffixes begin with a smaller one, u32 each.
struct SegmentLayout {
  static let magic: [UInt8] = Array("colospan".utf8)
  static let version: UInt32 = 2
  static let headerBytes = 64
  static let documentBytes = 56
  /// Suffixes that share a minimum.
  static let block = 2_048

  var symbolBytes: Int
  var count: Int
  var documentCount: Int
  var ownersBytes: Int
  var alphabet: Int

  var documents: Int { Self.headerBytes }
  var owners: Int { aligned(documents + documentCount * Self.documentBytes) }
  var text: Int { aligned(owners + ownersBytes) }
  var suffixes: Int { aligned(text + count * symbolBytes) }
  var minima: Int { aligned(suffixes + PackedNumbers.byteCount(count, below: count)) }
  var minimaCount: Int { (count + Self.block - 1) / Self.block }
  var firsts: Int { aligned(minima + minimaCount * 4) }
  var byteCount: Int { firsts + (alphabet + 1) * 4 }

  private func aligned(_ offset: Int) -> Int { (offset + 63) / 64 * 64 }

  func write(_ out: UnsafeMutableRawPointer) {
    out.copyMemory(from: Self.magic, byteCount: 8)
    out.storeBytes(of: Self.version.littleEndian, toByteOffset: 8, as: UInt32.self)
    out.storeBytes(of: UInt32(symbolBytes).littleEndian, toByteOffset: 12, as: UInt32.self)
    for (at, number) in [count, documentCount, ownersBytes, alphabet].enumerated() {
      out.storeBytes(of: UInt64(number).littleEndian, toByteOffset: 16 + 8 * at, as: UInt64.self)
    }
  }

  /// Refuses what does not add up to the file's size.
  init(_ bytes: SegmentBytes, path: String) throws(CreditError) {
    func number(_ at: Int) -> UInt64 {
      UInt64(littleEndian: bytes.base.loadUnaligned(fromByteOffset: 16 + 8 * at, as: UInt64.self))
    }
    guard bytes.count >= Self.headerBytes,
      Self.magic.elementsEqual(UnsafeRawBufferPointer(start: bytes.base, count: 8))
    else {
      throw .notAnIndex(path: path, what: "it does not begin with 'colospan'")
    }
    let words = bytes.base.loadUnaligned(fromByteOffset: 8, as: (UInt32, UInt32).self)
    guard UInt32(littleEndian: words.0) == Self.version else {
      throw .notAnIndex(path: path, what: "its version is not \(Self.version)")
    }
    symbolBytes = Int(UInt32(littleEndian: words.1))
    guard symbolBytes == 2 || symbolBytes == 4 else {
      throw .notAnIndex(path: path, what: "its symbols have no known width")
    }
    let numbers = (0..<4).map(number)
    guard numbers.allSatisfy({ $0 <= UInt64(bytes.count) }), numbers[0] <= UInt64(SuffixArray.countMax) else {
      throw .notAnIndex(path: path, what: "its parts are larger than the file")
    }
    (count, documentCount) = (Int(numbers[0]), Int(numbers[1]))
    (ownersBytes, alphabet) = (Int(numbers[2]), Int(numbers[3]))
    guard byteCount == bytes.count else {
      throw .notAnIndex(path: path, what: "it has \(bytes.count) bytes and its header says \(byteCount)")
    }
  }

  init(symbolBytes: Int, count: Int, documentCount: Int, ownersBytes: Int, alphabet: Int) {
    self.symbolBytes = symbolBytes
    self.count = count
    self.documentCount = documentCount
    self.ownersBytes = ownersBytes
    self.alphabet = alphabet
  }
}
