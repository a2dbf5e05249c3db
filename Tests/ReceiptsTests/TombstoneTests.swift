import Codec
import Cryptography
import Receipts
import Testing

@Suite struct TombstoneTests {
  let blob = SHA256.hash([1])

  @Test func `A tombstone reads back, and its digest is that of its canonical JSON`() throws {
    let tombstone = try TombstonePredicate(blob: blob, bytes: .max, reason: "the owner asked", erasedUnixMs: 5)
    #expect(try TombstonePredicate(tombstone.json) == tombstone)
    #expect(try tombstone.digest == SHA256.hash(JCS.encode(tombstone.json)))
    #expect(
      String(decoding: try JCS.encode(tombstone.json), as: UTF8.self)
        == "{\"blob\":\"sha256:\(blob.hex)\",\"bytes\":\"18446744073709551615\",\"erased_unix_ms\":\"5\","
        + "\"reason\":\"the owner asked\"}")
  }

  @Test func `Nothing else is a tombstone`() throws {
    for reason in ["", String(repeating: "r", count: 1025)] {
      #expect(throws: ReceiptError.self) {
        try TombstonePredicate(blob: blob, bytes: 1, reason: reason, erasedUnixMs: 5)
      }
    }
    let good = try TombstonePredicate(blob: blob, bytes: 1, reason: "r", erasedUnixMs: 5).json
    let members = good.objectValue ?? []
    for position in members.indices {
      var less = members
      less.remove(at: position)
      #expect(throws: ReceiptError.self) { try TombstonePredicate(.object(less)) }
      var wrong = members
      wrong[position] = JSONMember(members[position].name, true)
      #expect(throws: ReceiptError.self) { try TombstonePredicate(.object(wrong)) }
    }
    #expect(throws: ReceiptError.self) { try TombstonePredicate(.object(members + [JSONMember("more", true)])) }
  }
}
