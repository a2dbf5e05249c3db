import Cryptography

extension SpanSegment {
  /// Tokens and documents of one segment together.
  public static let symbolCountMax = SuffixArray.countMax

  /// Indexes `documents`: their order does not matter. A token takes 2 bytes where all are below 65,535, else 4,
  /// and as many bits as the count of all needs.
  ///
  /// Errors: a class twice, limits, memory.
  public convenience init(_ documents: [SpanDocument]) throws(CreditError) {
    let sorted = documents.sorted { $0.standing < $1.standing }
    for document in sorted { try CreditID.check(document.owner, "owner") }
    var seen = Set<Digest32>(minimumCapacity: sorted.count)
    for document in sorted where !seen.insert(document.id).inserted {
      throw .duplicate(what: "class", document.id.hex)
    }
    let count = sorted.reduce(0) { $0 + $1.tokens.count + 1 }
    guard count <= Self.symbolCountMax else {
      throw .tooMany(what: "tokens of a segment", count: count, limit: Self.symbolCountMax)
    }
    let largest = sorted.lazy.map { $0.tokens.max() ?? 0 }.max() ?? 0
    guard largest < 1 << 24 else {
      throw .outOfRange(what: "a token", value: String(largest), range: "below 16777216")
    }
    try self.init(bytes: Self.filled(sorted, count: count, alphabet: Int(largest) + 2), path: "the segment just built")
  }

  private static func filled(
    _ documents: [SpanDocument], count: Int, alphabet: Int
  ) throws(CreditError) -> SegmentBytes {
    var owners: [UInt8] = []
    var places: [String: Int] = [:]
    for owner in Set(documents.map(\.owner)).sorted(by: CreditID.precedes) {
      places[owner] = owners.count
      owners += withUnsafeBytes(of: UInt16(owner.utf8.count).littleEndian) { Array($0) } + Array(owner.utf8)
    }
    let layout = SegmentLayout(
      symbolBytes: alphabet <= 1 << 16 ? 2 : 4, count: count, documentCount: documents.count,
      ownersBytes: owners.count, alphabet: alphabet)
    let memory = try Pages<UInt8>(layout.byteCount, "a span index")
    let base = UnsafeMutableRawPointer(memory.base)
    layout.write(base)
    (base + layout.owners).copyMemory(from: owners, byteCount: owners.count)
    var start = 0
    for (number, document) in documents.enumerated() {
      let place = base + layout.documents + number * SegmentLayout.documentBytes
      for (at, word) in [document.commitment, UInt64(start), UInt64(places[document.owner] ?? 0)].enumerated() {
        place.storeBytes(of: word.littleEndian, toByteOffset: 8 * at, as: UInt64.self)
      }
      document.id.withUnsafeBytes {
        (place + 24).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(place), byteCount: 32)
      }
      start += document.tokens.count + 1
    }
    if layout.symbolBytes == 2 {
      try index(documents, layout, base, UInt16.self)
    } else {
      try index(documents, layout, base, UInt32.self)
    }
    return SegmentBytes(memory: memory)
  }

  /// Writes text, suffixes, minima and firsts.
  private static func index<Symbol: FixedWidthInteger>(
    _ documents: [SpanDocument], _ layout: SegmentLayout, _ base: UnsafeMutableRawPointer, _: Symbol.Type
  ) throws(CreditError) {
    let text = (base + layout.text).assumingMemoryBound(to: Symbol.self)
    let firsts = (base + layout.firsts).assumingMemoryBound(to: UInt32.self)
    var at = 0
    for document in documents {
      for token in document.tokens {
        text[at] = Symbol(truncatingIfNeeded: token &+ 1)
        firsts[Int(token) + 2] += 1
        at += 1
      }
      text[at] = 0
      firsts[1] += 1
      at += 1
    }
    for value in 0..<layout.alphabet { firsts[value + 1] += firsts[value] }
    let sorted = try Pages<Int32>(layout.count, "the suffixes of a text")
    let suffixes = UnsafeBufferPointer(start: sorted.base, count: layout.count)
    try SuffixArray.build(UnsafePointer(text), layout.count, alphabet: layout.alphabet, into: sorted.base)
    PackedNumbers.pack(suffixes, below: layout.count, into: base + layout.suffixes)
    let minima = (base + layout.minima).assumingMemoryBound(to: UInt32.self)
    for block in 0..<layout.minimaCount {
      let end = min(layout.count, (block + 1) * SegmentLayout.block)
      minima[block] = (block * SegmentLayout.block..<end).reduce(UInt32.max) { min($0, UInt32(suffixes[$1])) }
    }
  }

  /// The documents, read back.
  public var documents: [SpanDocument] {
    layout.symbolBytes == 2 ? documents(UInt16.self) : documents(UInt32.self)
  }

  private func documents<Symbol: FixedWidthInteger>(_: Symbol.Type) -> [SpanDocument] {
    let text = text(Symbol.self)
    return starts.indices.map { number in
      let end = number + 1 < starts.count ? Int(starts[number + 1]) : count
      return SpanDocument(
        owner: owners[Int(ownerNumbers[number])], commitment: standings[number].commitment, id: standings[number].id,
        tokens: (Int(starts[number])..<end - 1).map { UInt32(truncatingIfNeeded: text[$0]) &- 1 })
    }
  }
}
