internal import Codec
internal import Cryptography
internal import MerkleLog

/// The lines of an answer's credit under one root. Each has a salt of its own, so that who is shown one line can guess no other.
struct LineTree<Line: CreditLine>: Sendable, Equatable {
  let lines: [Line]
  private let salt: [UInt8]
  private let leaves: [Digest32]

  /// - Parameters:
  ///   - lines: each at its place.
  ///   - salt: of the opening that they are in.
  init(_ lines: [Line], salt: [UInt8]) throws(ReceiptError) {
    var leaves: [Digest32] = []
    for line in lines { leaves.append(try line.leaf(salt: Self.salt(of: line.place, salt))) }
    self.lines = lines
    self.salt = salt
    self.leaves = leaves
  }

  private static func salt(of place: Int, _ salt: [UInt8]) -> [UInt8] {
    SHA256.hash(DomainTag.commitmentSalt.prefix + salt + BigEndian.bytes(UInt64(place))).bytes
  }

  var root: Digest32 { MerkleTree.root(leaves[...]) }

  /// Nil where there is no such line.
  func proof(of place: Int) -> LineProof<Line>? {
    guard let path = MerkleTree.inclusionPath(place, leaves[...]) else { return nil }
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
