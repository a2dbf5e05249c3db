import Cryptography
import Testing

@testable import Evidence

/// Quotes and reports with one field of their frame changed.
@Suite struct QuoteFormatTests {
  @Test("Zeros may follow what a quote holds, wherever it states a length; other bytes may not")
  func padding() throws {
    let good = try MintedDCAP().quote()
    let data = Array(good[636...])
    let inner = Array(data[134...])
    func quote(_ data: [UInt8]) -> [UInt8] { good[..<632] + Little.bytes(UInt32(data.count)) + data }
    func holding(_ inner: [UInt8]) -> [UInt8] { quote(data[..<130] + Little.bytes(UInt32(inner.count)) + inner) }
    #expect(holding(inner) == good)
    for (more, isRead) in [([0, 0], true), ([0, 1], false)] as [([UInt8], Bool)] {
      #expect(((try? Quote(quote(data + more))) != nil) == isRead)
      #expect(((try? Quote(holding(inner + more))) != nil) == isRead)
    }
    var minted = try MintedDCAP()
    func format() throws -> String? { try minted.appraise().checks.first { $0.name == .format }?.detail }
    #expect(try format() == "version 4")
    minted.padding = [0, 7]
    #expect(try format() == "version 4, followed by 2 bytes that nothing signs")
  }

  private static let signedCount = 48 + 584

  private func isRead(_ bytes: [UInt8]) -> Bool { (try? Quote(bytes)) != nil }

  private func changed(_ bytes: [UInt8], _ at: Int, _ value: [UInt8]) -> [UInt8] {
    var changed = bytes
    changed.replaceSubrange(at..<at + value.count, with: value)
    return changed
  }

  @Test("TDX: version, key type, TEE type, and the types and lengths of what is certified")
  func domain() throws {
    var minted = try MintedDCAP()
    let quote = try minted.quote()
    #expect(isRead(quote) && !isRead(changed(quote, 0, [3, 0])) && !isRead(changed(quote, 0, [2, 0])))
    #expect(!isRead(changed(quote, 0, [5, 0])) && !isRead(changed(quote, 0, [6, 0])))
    for at in [2, 4] { #expect(!isRead(changed(quote, at, [3, 0])), "offset \(at)") }
    // Behind the signed part: length, signature, key, then type 6 and the enclave's report, signature, data and type 5.
    let certified = Self.signedCount + 4 + 128
    for type in [5, 7] as [UInt8] { #expect(!isRead(changed(quote, certified, [type, 0])), "type \(type)") }
    let inner = certified + 6 + 384 + 64 + 34
    #expect(quote[inner] == 5)
    for (type, expected) in [(0, SubCheck.State.fail), (1, .notChecked), (3, .notChecked), (4, .fail)]
      as [(UInt8, SubCheck.State)]
    {
      var policy = AppraisalPolicy()
      policy.roots[.tdx] = [minted.root.certificate]
      var handed = try minted.collateral()
      func chain() -> SubCheck.State? {
        Appraiser(policy: policy, collateral: handed)
          .appraise(changed(quote, inner, [type, 0]), kind: .tdx, at: TestIssuer.now)[.chain]
      }
      #expect(chain() == expected, "type \(type)")
      guard expected == .notChecked else { continue }
      // The quote only names its platform: the certificate that signed comes from beside it.
      let other = try minted.middle.issue(
        "Other PCK", .p256, serial: 10,
        extensions: [PCKCertificate.oid: MintedDCAP.sgxExtension(fmspc: [1, 2, 3, 4, 5, 6])])
      handed.certificates += [other.certificate, minted.platform.certificate, minted.middle.certificate]
      let appraisal = Appraiser(policy: policy, collateral: handed)
        .appraise(changed(quote, inner, [type, 0]), kind: .tdx, at: TestIssuer.now)
      #expect(appraisal.isAccepted, "\(appraisal.checks)")
    }
    minted.version = 5
    let five = try minted.quote()
    // Type 3 has 648 bytes, type 2 has 584.
    #expect(isRead(five) && !isRead(changed(five, 48, [2, 0])) && !isRead(changed(five, 48, [4, 0])))
    #expect(!isRead(changed(five, 50, Little.bytes(UInt32(584)))))
    var short = Array(five[..<48])
    short += [2, 0]
    short += Little.bytes(UInt32(584))
    short += five[54..<54 + 584]
    short += five[(54 + 648)...]
    #expect(isRead(short) && (try? Quote(short))?.domain?.mrServiceTD == nil)
    #expect((try? Quote(five))?.domain?.mrServiceTD?.count == 48)
  }

  @Test("Every quote that is cut is refused, and the other kind is refused by its kind")
  func cut() throws {
    let quote = try MintedDCAP().quote()
    for count in quote.indices { #expect(!isRead(Array(quote[..<count])), "cut to \(count)") }
    let minted = try MintedDCAP()
    let appraiser = Appraiser(policy: AppraisalPolicy(), collateral: try minted.collateral())
    #expect(appraiser.appraise(quote, kind: .sgx, at: TestIssuer.now)[.format] == .fail)
    let enclave = try EvidenceVector.read("sgx/phala_v3.dat")
    #expect(appraiser.appraise(enclave, kind: .tdx, at: TestIssuer.now)[.format] == .fail)
  }

  @Test("SEV-SNP: versions 2 to 5, its algorithm, numbers of 48 bytes, the size, and nothing where nothing is signed")
  func report() throws {
    let report = try MintedSNP().report()
    func isRead(_ bytes: [UInt8]) -> Bool { (try? SNPReport(bytes)) != nil }
    for (version, read) in [(1, false), (2, true), (5, true), (6, false)] as [(UInt8, Bool)] {
      #expect(isRead(changed(report, 0, [version])) == read, "version \(version)")
    }
    #expect(!isRead(report + [0]) && !isRead(Array(report.dropLast())))
    #expect(!isRead(changed(report, 0x34, [2])) && !isRead(changed(report, 0x34, [0])))
    for at in [0x2a0 + 48, 0x2a0 + 71, 0x2a0 + 72 + 48, 0x2a0 + 72 + 71, 0x2a0 + 144, 1183] {
      #expect(!isRead(changed(report, at, [1])), "offset \(at)")
    }
    // Version 2 has no processor family.
    #expect(try SNPReport(changed(report, 0, [2])).cpuid == nil && SNPReport(report).cpuid == [0x19, 1, 1])
  }

  @Test("Turin: its own layout of versions, a chip of eight bytes, its family")
  func turin() throws {
    var minted = try MintedSNP()
    minted.chipID = [UInt8](repeating: 0xc5, count: 8) + [UInt8](repeating: 0, count: 56)
    minted.family = 0x1a
    minted.turin = true
    func issue(_ chip: [UInt8]?, product: String = "Turin", fmc: Bool = true) throws {
      minted.signer = try minted.middle.issue(
        "SEV-VCEK", .p384, extensions: MintedSNP.extensions(chipID: chip, product: product, fmc: fmc))
    }
    try issue(Array(minted.chipID[..<8]))
    #expect(try minted.appraise().isAccepted)
    #expect(try minted.appraise { $0.tcbMinimum = ["fmc": 3] }.isAccepted)
    #expect(try minted.appraise { $0.tcbMinimum = ["fmc": 4] }[.tcb] == .fail)
    minted.family = 0x19
    #expect(try minted.appraise()[.identity] == .fail)
    minted.family = 0x1a
    try issue(minted.chipID)
    #expect(try minted.appraise()[.identity] == .fail)
    try issue(Array(minted.chipID[..<7]))
    #expect(try minted.appraise()[.identity] == .fail)
    try issue(Array(minted.chipID[..<8]), fmc: false)
    #expect(try !minted.appraise().isAccepted)
    try issue(Array(minted.chipID[..<8]), product: "Milan")
    #expect(try !minted.appraise().isAccepted)
  }

  @Test("AMD's certificate: a product, and versions of 0 to 255 in their shortest form")
  func certificate() throws {
    let arc = "1.3.6.1.4.1.3704.1."
    let minted = try MintedSNP()
    func isRead(_ name: String, _ value: [UInt8]?) throws -> Bool {
      var extensions = MintedSNP.extensions(chipID: minted.chipID)
      extensions[arc + name] = value
      return (try? SNPCertificate(minted.middle.issue("SEV-VCEK", .p384, extensions: extensions).certificate)) != nil
    }
    for (value, read) in [
      ([2, 1, 0x7f], true), ([2, 1, 0x80], false), ([2, 2, 0, 0x80], true), ([2, 2, 0, 0x7f], false),
      ([2, 2, 1, 0x80], false),
      ([3, 1, 1], false), ([2, 2, 1], false), ([3, 2, 0, 0x80], false), ([2, 1, 0, 0x80], false), ([], false),
      (nil, false),
    ] as [([UInt8]?, Bool)] { #expect(try isRead("3.1", value) == read, "\(String(describing: value))") }
    for (product, fmc, read) in [
      ("Turin", true, true), ("Turin", false, false), ("Milan", true, false), ("Milan", false, true),
    ] {
      let extensions = MintedSNP.extensions(chipID: minted.chipID, product: product, fmc: fmc)
      let certificate = try minted.middle.issue("SEV-VCEK", .p384, extensions: extensions).certificate
      #expect(((try? SNPCertificate(certificate)) != nil) == read, "\(product)")
    }
    for (value, read) in [
      ([0x16, 5] + Array("Genoa".utf8), true), ([0x0c, 5] + Array("Genoa".utf8), false),
      ([0x16, 4] + Array("Genoa".utf8), false),
      ([0x16, 0], true), ([0x16], false), (nil, false),
    ] as [([UInt8]?, Bool)] { #expect(try isRead("2", value) == read, "\(String(describing: value))") }
  }
}
