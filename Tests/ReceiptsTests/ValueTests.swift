import Codec
import Cryptography
import Testing

@testable import Receipts

@Suite struct ValueTests {
  @Test func `a receipt id is a UUIDv7 in one spelling`() throws {
    let id = ReceiptID(unixMs: 0x0123_4567_89AB, random: [UInt8](repeating: 0xFF, count: 10))
    #expect(id.description == "01234567-89ab-7fff-bfff-ffffffffffff")
    #expect(ReceiptID(id.description) == id)
    for text in [
      "", "01234567-89AB-7fff-bfff-ffffffffffff", "01234567-89ab-4fff-bfff-ffffffffffff",
      "01234567-89ab-7fff-cfff-ffffffffffff", "0123456789ab7fffbfffffffffffffff",
      "01234567-89ab-7fff-bfff-fffffffffffff", "-01234567-89ab-7fff-bfff-ffffffffffff",
      "01234567-89ab--7fff-bfff-ffffffffffff", "01234567-89ab-7fff-bfff-ffffffffffff-",
      "01234567-89ab-7fff-bfff-fffffffffffg", " 1234567-89ab-7fff-bfff-ffffffffffff",
    ] { #expect(ReceiptID(text) == nil, "\(text)") }
  }

  @Test func `a real is its binary32 bits and the literal received`() throws {
    #expect(try JCS.encode(Real(0.7, literal: "0.70").json) == Array(#"{"as":"0.70","bits":"3f333333"}"#.utf8))
    #expect(Real(literal: "1e-46")?.value == 0 && Real(literal: "-0.0")?.value.sign == .minus)
    for literal in ["1e39", "inf", "nan", "0x1p0", "+1", "1.", ".5", "01", "", "1 ", " 1"] {
      #expect(Real(literal: literal) == nil, "\(literal)")
    }
    #expect(throws: ReceiptError.self) { try Real(["bits": "3F333333", "as": "0.7"], "t") }
    #expect(throws: ReceiptError.self) { try Real(["bits": "3f333334", "as": "0.7"], "t") }
    #expect(throws: ReceiptError.self) { try Real(["bits": "03f333333", "as": "0.7"], "t") }
    #expect(throws: ReceiptError.self) { try Real(["bits": "f333333", "as": "0.7"], "t") }
    #expect(throws: ReceiptError.self) { try Real(["bits": "", "as": "0"], "t") }
    #expect(try Real(["bits": "00000000", "as": "0"], "t") == Real(0, literal: "0"))
    for bits in ["+0000000", "-0000000", "0000000", "000000000", "0", "+00000000"] {
      #expect(throws: ReceiptError.self, "\(bits)") { try Real(["bits": .string(bits), "as": "0"], "t") }
    }
    // The literal rounds to the bits that are read, so only their spelling is wrong.
    for (bits, literal) in [("+0000001", "1e-45"), ("0000000A", "1.4e-44")] {
      #expect(throws: ReceiptError.self, "\(bits)") { try Real(["bits": .string(bits), "as": .string(literal)], "t") }
    }
    #expect(throws: ReceiptError.self) { try Real(["bits": "3f333333", "as": "0.7", "x": 1], "t") }
  }

  @Test func `an opening is its salt, its length and its data`() throws {
    let opening = try Opening(salt: World.salt("a"), data: [1, 2, 3])
    #expect(try Opening(blob: opening.blob) == opening)
    #expect(opening.blob == World.salt("a") + [0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3])
    for blob in [[], Array(opening.blob.dropLast()), opening.blob + [0], Array(opening.blob.prefix(39))] {
      #expect(throws: ReceiptError.self) { try Opening(blob: blob) }
    }
    #expect(try Opening(blob: Opening(salt: World.salt("a"), data: []).blob).data == [])
    #expect(throws: ReceiptError.self) { try Opening(salt: [1], data: []) }
    #expect(throws: ReceiptError.self) { try opening.commitment(for: .activation) }
    #expect(throws: ReceiptError.self) { try Opening(blob: [UInt8](repeating: 0, count: Opening.bytesMax + 1)) }
  }

  @Test func `the names of openings are read in one spelling`() {
    for name in ["request", "content", "tokens", "activation", "wire", "stream", "message/0", "message/12"] {
      #expect(CommittedField(name)?.description == name)
    }
    for name in ["message/", "message/-1", "message/01", "message/+1", "messages/1", "messagex0", "0", "Request", ""] {
      #expect(CommittedField(name) == nil)
    }
  }

  @Test func `openings go by name, and messages by number`() {
    let names = [
      "activation", "content", "message/0", "message/2", "message/10", "nearest", "request", "retrieved", "scores",
      "spans",
      "stream", "tokens", "wire",
    ]
    #expect(names.reversed().compactMap { CommittedField($0) }.sorted().map(\.description) == names)
  }

  @Test func `token ids and chunks read back, and hostile counts do not`() throws {
    #expect(TokenIDs.encode([[258], []]) == [0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 0, 0])
    #expect(try TokenIDs.decode(TokenIDs.encode([[258], []])) == [[258], []])
    for bytes in [[0, 0, 0], [0, 0, 0, 1], [255, 255, 255, 255], [UInt8](repeating: 0, count: 4 * 129)] as [[UInt8]] {
      #expect(throws: ReceiptError.self) { try TokenIDs.decode(bytes) }
    }
    #expect(try StreamChain.decode(StreamChain.encode([[1], []])) == [[1], []])
    for bytes in [[0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1], [UInt8](repeating: 255, count: 9)] as [[UInt8]] {
      #expect(throws: ReceiptError.self) { try StreamChain.decode(bytes) }
    }
  }

  @Test func `content of another form is refused`() throws {
    let good = AnswerContent(choices: [.init(index: 0, text: "x", finishReason: .stop)])
    #expect(try AnswerContent(good.encoded()) == good)
    let text = String(decoding: try good.encoded(), as: UTF8.self)
    #expect(text == #"{"choices":[{"finish_reason":"stop","index":0,"text":"x","tool_calls":[]}]}"#)
    for (from, to) in [
      ("stop", "bored"), ("[]", "[1]"), ("\"x\"", "1"), ("{\"choices\"", "{\"a\":1,\"choices\""), (":0", ": 0"),
    ] {
      #expect(throws: ReceiptError.self) { try AnswerContent(Array(text.replacing(from, with: to).utf8)) }
    }
  }

  @Test func `digests have one name`() {
    let digest = SHA256.hash([])
    #expect(Digest32(named: digest.named) == digest)
    for text in [
      digest.hex, "sha256:" + digest.hex.uppercased(), "SHA256:" + digest.hex, "sha256:", digest.named + "0",
    ] {
      #expect(Digest32(named: text) == nil)
    }
  }

  @Test func `a receipt must make sense by itself`() throws {
    func receipt(_ outcome: Outcome, executed: Bool, error: String?) throws {
      let digest = SHA256.hash([])
      let predicate = ReceiptPredicate(
        receiptID: World.id, outcome: outcome, sequence: 1, request: digest,
        statements: executed ? .init(execution: digest, custody: nil, attribution: nil, verdict: nil) : nil,
        delivery: executed ? .body(digest) : nil, errorCode: error, priceNano: 0, acceptedUnixMs: 0)
      #expect(try ReceiptPredicate(predicate.json) == predicate)
    }
    try receipt(.refused, executed: false, error: "context_length_exceeded")
    try receipt(.failed, executed: false, error: "interrupted")
    try receipt(.cancelled, executed: true, error: nil)
    for (outcome, executed, error) in [
      (Outcome.answered, false, "x"), (.answered, true, "x"), (.refused, true, nil), (.failed, false, nil),
      (.failed, false, "Your prompt was: x"), (.failed, false, ""), (.failed, false, String(repeating: "a", count: 65)),
    ] as [(Outcome, Bool, String?)] {
      #expect(throws: ReceiptError.self) { try receipt(outcome, executed: executed, error: error) }
    }
  }

  @Test func `every predicate refuses a missing and an unknown member`() throws {
    for (kind, signed) in try World().sealed().statements {
      let members = try #require(signed.statement.predicate.objectValue)
      for at in members.indices where members[at].name != "nonce" {
        var fewer = members
        fewer.remove(at: at)
        #expect(throws: ReceiptError.self, "\(kind).\(members[at].name)") { try frame(kind, fewer).checkPredicate() }
      }
      #expect(throws: ReceiptError.self) { try frame(kind, members + [JSONMember("x", 1)]).checkPredicate() }
      #expect(throws: ReceiptError.self) {
        try SignedStatement(signing: frame(kind, members + [JSONMember("x", 1)]), with: World.key("k"))
      }
    }
  }

  private func frame(_ kind: StatementKind, _ members: [JSONMember]) -> Statement {
    Statement(
      kind: kind, issuer: "i", subject: "s", subjectDigest: SHA256.hash([]), issuedAt: 0, predicate: .object(members))
  }
}
