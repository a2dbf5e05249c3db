import Codec
import Cryptography
import Testing

@testable import Evidence

/// The first value that a format refuses, and the last that it takes. The numbers stand here once more.
@Suite struct FormatTests {
  private func bytes(_ count: Int) -> CBOR { .bytes([UInt8](repeating: 1, count: count)) }

  @Test("Nitro: each member and part of the document at its limits")
  func nitro() throws {
    func map(_ indices: ClosedRange<UInt64>, _ count: Int = 48) -> CBOR {
      .map(indices.map { CBORPair(.unsigned($0), bytes(count)) })
    }
    func text(_ count: Int) -> CBOR { .text(String(repeating: "m", count: count)) }
    func list(_ counts: [Int]) -> CBOR { .array(counts.map(bytes)) }
    let members: [(String, CBOR?, Bool)] = [
      ("module_id", text(1), true), ("module_id", text(256), true), ("module_id", text(257), false),
      ("module_id", "", false), ("module_id", "a b", false), ("module_id", "a\u{7f}", false), ("module_id", "!~", true),
      ("module_id", bytes(4), false), ("digest", "SHA256", false), ("digest", nil, false), ("timestamp", 0, false),
      ("timestamp", 1, true), ("timestamp", .unsigned(1 << 53 - 1), true), ("timestamp", .unsigned(1 << 53), false),
      ("timestamp", "1", false), ("pcrs", map(0...31), true), ("pcrs", map(31...32), false), ("pcrs", [:], false),
      ("pcrs", map(0...2, 47), false), ("pcrs", map(0...2, 49), false), ("pcrs", ["0": bytes(48)], false),
      ("pcrs", [0: "x"], false), ("pcrs", nil, false), ("certificate", bytes(1), true),
      ("certificate", bytes(1024), true),
      ("certificate", bytes(1025), false), ("certificate", bytes(0), false), ("certificate", "x", false),
      ("cabundle", list([Int](repeating: 1, count: 8)), true), ("cabundle", list([Int](repeating: 1, count: 9)), false),
      ("cabundle", [], false), ("cabundle", nil, false), ("cabundle", list([1, 0]), false),
      ("cabundle", list([1024]), true), ("cabundle", list([1025]), false), ("cabundle", [bytes(1), "x"], false),
      ("public_key", bytes(1024), true), ("public_key", bytes(1025), false), ("public_key", "x", false),
      ("public_key", nil, true), ("user_data", bytes(512), true), ("user_data", bytes(513), false),
      ("nonce", bytes(512), true), ("nonce", bytes(513), false), ("nonce", .null, true),
    ]
    for (name, value, isRead) in members {
      var minted = try MintedNitro()
      minted.changed[name] = .some(value)
      let document = try minted.document()
      #expect(((try? NitroDocument(document)) != nil) == isRead, "\(name): \(String(describing: value))")
    }
    let parts: [(Int, CBOR)] = [
      (0, bytes(1)), (0, "x"), (1, [4: bytes(1)]), (1, []), (2, .null), (2, .bytes([0x80])), (3, bytes(95)),
      (3, bytes(97)), (3, .null), (4, .null),
    ]
    for (at, part) in parts {
      var minted = try MintedNitro()
      minted.parts[at] = part
      let document = try minted.document()
      #expect(throws: (any Error).self, "part \(at)") { try NitroDocument(document) }
    }
    let tagged = try CBOR.tag(18, CBOR(decoding: MintedNitro().document())).encoded()
    #expect((try? NitroDocument(tagged)) != nil)
    #expect(throws: (any Error).self) {
      try NitroDocument(CBOR.tag(17, CBOR(decoding: MintedNitro().document())).encoded())
    }
  }

  @Test("DER: lengths in their shortest form and inside what there is, numbers of 16 bits")
  func der() throws {
    func read(_ bytes: [UInt8]) -> Int? {
      var reader = DERReader(bytes)
      return (try? reader.next())?.content.count
    }
    func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    #expect(read([4, 0]) == 0 && read([4]) == nil && read([]) == nil && read([4, 1]) == nil)
    #expect(read([4, 0x7f] + zeros(127)) == 127 && read([4, 0x81, 0x80] + zeros(128)) == 128)
    #expect(read([4, 0x82, 1, 0] + zeros(256)) == 256 && read([4, 0x82, 1, 0] + zeros(255)) == nil)
    #expect(read([4, 0x81, 0x7f] + zeros(127)) == nil && read([4, 0x82, 0, 0xff] + zeros(255)) == nil)
    #expect(read([4, 0x80] + zeros(128)) == nil)
    var tagged = DERReader([4, 1, 0])
    #expect(throws: AppraisalError.self) { try tagged.next(5) }
    #expect(read([4, 0x80] + zeros(9)) == nil && read([4, 0x83, 0, 1, 0] + zeros(256)) == nil)
    #expect(read([4, 0x82, 1]) == nil && read([4, 0x81]) == nil)
    for (content, number) in [
      ([5], 5), ([0x7f], 127), ([0, 0xff], 255), ([0x7f, 0xff], 0x7fff), ([0, 0xff, 0xff], 65_535), ([], nil),
      ([0x80], nil),
      ([1, 0, 0], nil), ([0, 0, 0, 0], nil),
    ] as [([UInt8], Int?)] { #expect((try? DERReader.small(content)) == number, "\(content)") }
  }

  @Test("Fields of Intel's collateral: numbers, lists and bytes at their limits, masks of the same length")
  func fields() throws {
    func fields(_ value: JSON) throws -> CollateralFields { try CollateralFields(["x": value], "t") }
    for (value, isRead) in [(0, true), (65_535, true), (65_536, false), (-1, false)] {
      #expect(((try? fields(.integer(value)).number("x")) != nil) == isRead, "\(value)")
    }
    for (count, isRead) in [(64, true), (65, false)] {
      #expect(((try? fields(.array(Array(repeating: [:], count: count))).objects("x")) != nil) == isRead, "\(count)")
    }
    for (text, isRead) in [("aabb", true), ("aa", false), ("aabbcc", false), ("xxyy", false)] {
      #expect(((try? fields(.string(text)).hex("x", count: 2)) != nil) == isRead, "\(text)")
    }
    #expect(throws: AppraisalError.self) { try CollateralFields(nil, "t") }
    #expect(throws: AppraisalError.self) { try CollateralFields([], "t") }
    #expect(Masked.equal([1, 2], [1, 6], mask: [0xff, 0xfb]) && !Masked.equal([1, 2], [1, 6], mask: [0xff, 0xff]))
    #expect(!Masked.equal([1], [1, 2], mask: [0xff, 0]) && !Masked.equal([1, 2], [1], mask: [0xff, 0]))
    #expect(!Masked.equal([1, 2], [1, 2], mask: [0xff]) && !Masked.equal([1], [1], mask: [0xff, 0xff]))
  }

  @Test("Intel's collateral: a value of another kind or missing, anywhere, passes nothing")
  func collateral() throws {
    // What no check reads.
    let unread: Set<String> = ["tcbEvaluationDataNumber", "tcbDate", "advisoryIDs"]
    let minted = try MintedDCAP()
    func isAccepted(_ change: (inout MintedDCAP) -> Void) throws -> Bool {
      var spoilt = minted
      change(&spoilt)
      return try spoilt.appraise().isAccepted
    }
    for (at, text) in [minted.tcbInfo, minted.identity].enumerated() {
      let json = try JSON(parsing: Array(text.utf8))
      // The levels below the one that is reached are not read further.
      for (place, spoilt) in spoilt(json, "", unread) where !place.contains("[1]") {
        let text = String(decoding: spoilt.serialized(), as: UTF8.self)
        let accepted = try isAccepted { if at == 0 { $0.tcbInfo = text } else { $0.identity = text } }
        // The module of TDX 1.0, which this quote's is not.
        #expect(!accepted || place.hasPrefix(".tdxModule"), "\(at == 0 ? "TCB info" : "identity")\(place)")
      }
    }
  }

  /// Each member of each object removed, and of another kind.
  private func spoilt(_ json: JSON, _ place: String, _ unread: Set<String>) -> [(String, JSON)] {
    if let members = json.objectValue {
      return members.indices.filter { !unread.contains(members[$0].name) }.flatMap { at -> [(String, JSON)] in
        let name = members[at].name
        func with(_ value: JSON?) -> JSON {
          .object(members.compactMap { $0.name == name ? value.map { JSONMember(name, $0) } : $0 })
        }
        let inner = spoilt(members[at].value, "\(place).\(name)", unread).map { ($0.0, with($0.1)) }
        return inner + [("\(place).\(name) missing", with(nil)), ("\(place).\(name) of another kind", with(true))]
      }
    }
    guard let values = json.arrayValue else { return [] }
    return values.indices.flatMap { at in
      spoilt(values[at], "\(place)[\(at)]", unread).map { inner, value in
        (inner, .array(values.enumerated().map { $0.offset == at ? value : $0.element }))
      }
    }
  }

  @Test("Evidence, collateral and a quote's signature at their largest")
  func sizes() throws {
    func isLimit(_ work: () throws -> Void) -> Bool {
      do { try work() } catch { return "\(error)".contains("limit") }
      return false
    }
    for (limit, read) in [
      (1 << 20, { try Appraiser.checkSize($0) }),
      (
        4 << 20,
        {
          var handed = Collateral(); try handed.add($0)
        }
      ),
      (64 << 10, { _ = try SignedText($0) }), (16 << 10, { _ = try AIRReceipt($0) }),
      (64 << 10, { _ = try HCLReport($0) }),
      (4096, { _ = try TPMQuote($0) }),
    ] as [(Int, ([UInt8]) throws -> Void)] {
      #expect(!isLimit { try read([UInt8](repeating: 0x41, count: limit)) }, "\(limit)")
      #expect(isLimit { try read([UInt8](repeating: 0x41, count: limit + 1)) }, "\(limit)")
    }
    var handed = Collateral()
    #expect(throws: AppraisalError.limit(name: "the size of a collateral file", limit: 4 << 20, got: 4 << 20 + 1)) {
      try handed.add([UInt8](repeating: 0x41, count: 4 << 20 + 1))
    }
    // Services count these.
    #expect(Collateral.fileCountMax == 64 && OpenedExecution.openingsMax == 1029)
    let quote = try MintedDCAP().quote()
    for (count, above) in [(32 << 10, false), (32 << 10 + 1, true)] {
      let long = quote[..<632] + Little.bytes(UInt32(count)) + [UInt8](repeating: 0, count: count)
      #expect(isLimit { _ = try Quote(Array(long)) } == above)
    }
    for (count, isRead) in [(32, true), (33, false)] {
      let pcrs = Array(repeating: [UInt8](repeating: 0, count: 32), count: count)
      let signed = try? SignedTPMQuote(message: [], signature: [UInt8](repeating: 0, count: 256), pcrs: pcrs)
      #expect((signed != nil) == isRead)
    }
  }
}
