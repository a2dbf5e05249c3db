import Cryptography
import Testing

@testable import Evidence

/// The extension of a platform's certificate, wrong in one place; and what the readers and the sheet of checks do by themselves.
@Suite struct PCKTests {
  /// SEQUENCE of { id, value } as Intel writes it, with any entry changed, added or left out.
  private struct Extension {
    var arc: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01]
    var fmspc: (tag: UInt8, content: [UInt8]) = (4, [1, 2, 3, 4, 5, 6])
    var pceID: (tag: UInt8, content: [UInt8]) = (4, [0, 0])
    var tcbTag: UInt8 = 0x30
    var versions: [(UInt8, UInt8, [UInt8])] = (1...17).map { ($0, 2, [$0]) }
    var more: [UInt8] = []
    var entryTail: [UInt8] = []
    var tail: [UInt8] = []

    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      content.count < 128
        ? [tag, UInt8(content.count)] + content
        : content.count < 256
          ? [tag, 0x81, UInt8(content.count)] + content
          : [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
    }

    func entry(_ name: [UInt8], _ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      Self.element(0x30, Self.element(6, arc + name) + Self.element(tag, content) + entryTail)
    }

    var value: [UInt8] {
      let tcb = versions.flatMap { entry([2, $0.0], $0.1, $0.2) }
      return Self.element(
        0x30,
        entry([2], tcbTag, tcb) + entry([3], pceID.tag, pceID.content) + entry([4], fmspc.tag, fmspc.content) + more)
        + tail
    }
  }

  @Test("an SGX extension that is not whole, not Intel's, or says something twice is refused")
  func spoilt() throws {
    let root = try TestIssuer.root("root", .p256)
    func read(_ edit: (inout Extension) -> Void) throws -> PCKCertificate? {
      var value = Extension()
      edit(&value)
      return try? PCKCertificate(root.issue("PCK", .p256, extensions: [PCKCertificate.oid: value.value]).certificate)
    }
    let good = try #require(try read { _ in })
    #expect(
      good.fmspc == [1, 2, 3, 4, 5, 6] && good.pceID == [0, 0] && good.components == Array(1...16) && good.pceSVN == 17)
    #expect(try read { $0.more = $0.entry([9], 4, [1]) } != nil)
    let lies: [(inout Extension) -> Void] = [
      { $0.tail = [5, 0] }, { $0.fmspc.tag = 2 }, { $0.fmspc.content = [1, 2, 3, 4, 5] },
      { $0.fmspc.content = [1, 2, 3, 4, 5, 6, 7] }, { $0.pceID.tag = 2 }, { $0.pceID.content = [0] },
      { $0.pceID.content = [0, 0, 0] }, { $0.tcbTag = 0x31 }, { $0.versions[16].1 = 4 }, { $0.versions[0].1 = 1 },
      { $0.versions.removeLast() }, { $0.versions.removeFirst() }, { $0.versions.append(($0.versions[3].0, 2, [9])) },
      { $0.more = $0.entry([4], 4, [1, 2, 3, 4, 5, 6]) }, { $0.arc[8] = 2 }, { $0.entryTail = [5, 0] },
    ]
    for (number, lie) in lies.enumerated() { #expect(try read(lie) == nil, "lie \(number)") }
    #expect(throws: AppraisalError.self) { try PCKCertificate(root.certificate) }
  }

  @Test("a reader takes no less than nothing and no more than there is; padding is zeros")
  func reader() throws {
    var reader = ByteReader([1, 2, 3, 0, 0], "t")
    for count in [-1, 6] { #expect(throws: AppraisalError.self) { try reader.take(count, "x") } }
    #expect(try reader.take(3, "x") == [1, 2, 3] && reader.remaining == 2)
    var copy = reader
    #expect(throws: AppraisalError.self) { try copy.end() }
    copy = reader
    try copy.end(paddingAllowed: true)
    var dirty = ByteReader([0, 1], "t")
    #expect(throws: AppraisalError.self) { try dirty.end(paddingAllowed: true) }
    var empty = ByteReader([], "t")
    try empty.end()
    #expect(try empty.take(0, "x") == [])
  }

  @Test("of the results of one check the worst stays")
  func worst() {
    let states: [SubCheck.State] = [.fail, .notChecked, .pass]
    for first in states {
      for second in states {
        var sheet = Worksheet(.nitro, planned: [.chain], optional: [], policy: AppraisalPolicy())
        sheet.record(.chain, first, "first")
        sheet.record(.chain, second, "second")
        let appraisal = sheet.finish(at: 0)
        let worst = states.first { $0 == first || $0 == second }
        #expect(appraisal[.chain] == worst && appraisal.isAccepted == (worst == .pass), "\(first), \(second)")
        #expect(appraisal[.chain, true] == nil && appraisal[.debug] == nil)
      }
    }
  }

  /// Simulated evidence, which is ours, has a smaller limit of its own.
  @Test(
    "too large evidence of any kind is refused for its size",
    arguments: EvidenceKind.allCases.filter { $0 != .simulated })
  func size(_ kind: EvidenceKind) throws {
    for (count, isAbove) in [(1 << 20, false), (1 << 20 + 1, true)] {
      let appraisal = Appraiser().appraise([UInt8](repeating: 0x21, count: count), kind: kind, at: TestIssuer.now)
      #expect(appraisal[.format] == .fail)
      #expect(appraisal.checks[0].detail.contains("the size of the evidence") == isAbove)
    }
  }
}
