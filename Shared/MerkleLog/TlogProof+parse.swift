import Cryptography

extension TlogProof {
  /// Reads a proof file that may come from anyone. What is accepted has exactly one encoding. An `extra` line is read
  /// only to be refused by name when the proof is verified. Errors: ``TlogProofError``.
  public init(parsing bytes: [UInt8]) throws(TlogProofError) {
    let max = SignedNote.bytesMax + Self.headBytesMax
    guard bytes.count <= max else { throw .tooLong(bytes: bytes.count, max: max) }
    var rest = bytes[...]
    func line() -> ArraySlice<UInt8>? {
      guard let end = rest.firstIndex(of: SignedNote.newline) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
    guard let header = line(), header.elementsEqual(Self.header.utf8) else { throw .header }
    guard var current = line() else { throw .index }
    var extra: [UInt8]?
    if current.starts(with: "extra ".utf8) {
      guard let data = Base64Line.decode(current.dropFirst(6)), let next = line() else { throw .extra }
      extra = data
      current = next
    }
    guard current.starts(with: "index ".utf8), let index = Decimal.parse(bytes: current.dropFirst(6)) else {
      throw .index
    }
    var path: [Digest32] = []
    while true {
      guard let next = line() else { throw .noCheckpoint }
      if next.isEmpty { break }
      guard path.count < Self.pathMax else { throw .pathTooLong(max: Self.pathMax) }
      guard let hash = Base64Line.digest(next) else { throw .pathLine(path.count + 1) }
      path.append(hash)
    }
    let note: SignedNote
    do {
      note = try SignedNote(parsing: Array(rest))
    } catch {
      throw .checkpoint(.note(error))
    }
    try self.init(index: index, path: path, note: note, extra: extra)
  }

  /// Header, index and 64 path lines take 3 KiB; the rest is room to read a foreign `extra` line.
  private static var headBytesMax: Int { 64 * 1024 }
}
