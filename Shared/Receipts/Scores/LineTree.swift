internal import Codec
internal import Cryptography
internal import MerkleLog

/// The lines of an answer's credit under one root. Each has a salt of its own, so that who is shown one line can guess no other.
struct LineTree<Line: CreditLine>: Sendable, Equatable {
  let lines: [Line]
  private let salt: [UInt8]
  /// By height, the leaves first. The last node of an odd row stands in the next one as it is: where RFC 9162 (section 2.1.1)
  /// splits, at the largest power of two, the same nodes meet. So the path of a line needs no hash.
  private let rows: [[Digest32]]

  /// - Parameters:
  ///   - lines: each at its place.
  ///   - salt: of the opening that they are in.
  init(_ lines: [Line], salt: [UInt8]) throws(ReceiptError) {
    var leaves: [Digest32] = []
    for line in lines { leaves.append(try line.leaf(salt: Self.salt(of: line.place, salt))) }
    self.lines = lines
    self.salt = salt
    var rows = [leaves]
    while let last = rows.last, last.count > 1 { rows.append(Self.parents(of: last)) }
    self.rows = rows
  }

  private static func parents(of row: [Digest32]) -> [Digest32] {
    stride(from: 0, to: row.count, by: 2).map { at in
      at + 1 < row.count ? TreeHash.node(row[at], row[at + 1]) : row[at]
    }
  }

  private static func salt(of place: Int, _ salt: [UInt8]) -> [UInt8] {
    SHA256.hash(DomainTag.commitmentSalt.prefix + salt + BigEndian.bytes(UInt64(place))).bytes
  }

  var root: Digest32 { rows.last?.first ?? TreeHash.empty }

  /// Nil where there is no such line.
  func proof(of place: Int) -> LineProof<Line>? {
    guard lines.indices.contains(place) else { return nil }
    var (path, at): ([Digest32], Int) = ([], place)
    for row in rows {
      if row.indices.contains(at ^ 1) { path.append(row[at ^ 1]) }
      at >>= 1
    }
    return LineProof(line: lines[place], salt: Self.salt(of: place, salt), size: lines.count, path: path)
  }
}

extension CreditLine {
  func leaf(salt: [UInt8]) throws(ReceiptError) -> Digest32 {
    do { return TreeHash.leaf(salt + (try JCS.encode(json))) } catch {
      throw .encoding(what: "\(Self.name) line", why: "\(error)")
    }
  }
}
