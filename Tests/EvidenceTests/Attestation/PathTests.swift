import COpenSSL
import Cryptography
import Testing

@testable import Evidence

/// Paths that RFC 5280 section 6 refuses, one mistake each.
@Suite struct PathTests {
  private let root: TestIssuer
  private let middle: TestIssuer

  init() throws {
    root = try TestIssuer.root("root", .p256)
    middle = try root.issue("middle", .p384, isCA: true)
  }

  private func path(
    _ leaf: TestIssuer, _ others: [TestIssuer], to roots: [TestIssuer]? = nil
  ) throws -> X509Path {
    try X509Path(
      from: leaf.certificate, through: others.map(\.certificate), to: (roots ?? [root]).map(\.certificate))
  }

  @Test("A path is found whatever else was handed in, and names its certificates leaf first")
  func found() throws {
    let leaf = try middle.issue("leaf", .p256)
    let strangers = try (0..<8).map { try TestIssuer.root("stranger \($0)", .p256) }
    let path = try path(leaf, strangers + [middle])
    #expect(path.certificates == [leaf.certificate, middle.certificate, root.certificate])
    #expect(try self.path(root, []).certificates == [root.certificate])
  }

  @Test("No root, a root that is only handed in, a namesake of the root")
  func roots() throws {
    let leaf = try middle.issue("leaf", .p256)
    let namesake = try TestIssuer.root("root", .p256)
    #expect(throws: X509Error.self) { try path(leaf, [middle, root], to: []) }
    #expect(throws: X509Error.self) { try path(leaf, [middle, root], to: [namesake]) }
    // An intermediate by itself anchors nothing.
    #expect(throws: X509Error.self) { try path(leaf, [], to: [middle]) }
    let many = [TestIssuer](repeating: middle, count: X509Path.countMax)
    #expect(throws: X509Error.self) { try path(leaf, many) }
  }

  @Test("An issuer that is no authority, may not sign certificates, or is too far from the leaf")
  func authority() throws {
    for odd in [
      TestIssuer.Oddity(constraints: "critical,CA:FALSE"), TestIssuer.Oddity(usage: "critical,digitalSignature"),
    ] {
      let impostor = try root.issue("impostor", .p256, isCA: true, odd: odd)
      let leaf = try impostor.issue("leaf", .p256)
      #expect(throws: X509Error.self) { try path(leaf, [impostor]) }
    }
    let narrow = try root.issue("narrow", .p256, isCA: true, odd: .init(constraints: "critical,CA:TRUE,pathlen:0"))
    let below = try narrow.issue("below", .p256, isCA: true)
    #expect(try path(try narrow.issue("leaf", .p256), [narrow]).certificates.count == 3)
    #expect(throws: X509Error.self) { try path(try below.issue("leaf", .p256), [narrow, below]) }
  }

  @Test(
    "A critical extension that nobody understands, a signature over SHA-1, another issuer's name, a broken signature")
  func leaf() throws {
    #expect(throws: X509Error.self) {
      try path(try middle.issue("leaf", .p256, odd: .init(criticalExtension: "1.2.3.4")), [middle])
    }
    #expect(throws: X509Error.self) {
      try path(try middle.issue("leaf", .p256, odd: .init(digest: EVP_sha1())), [middle])
    }
    let other = try TestIssuer.root("other", .p256)
    let renamed = try middle.issue("leaf", .p256, odd: .init(issuerName: other.certificate.subjectName))
    #expect(throws: X509Error.self) { try path(renamed, [middle, other]) }
    let der = try middle.issue("leaf", .p256).certificate.der
    let last = try X509Certificate(der: der.flipped(der.count - 1))
    #expect(throws: X509Error.self) {
      try X509Path(from: last, through: [middle.certificate], to: [root.certificate])
    }
  }

  @Test("A certificate read from changed bytes never gives a path")
  func flips() throws {
    let leaf = try middle.issue("leaf", .p256)
    for at in EvidenceVector.positions(0..<leaf.certificate.der.count, sample: 120) {
      guard let changed = try? X509Certificate(der: leaf.certificate.der.flipped(at)) else { continue }
      #expect(throws: X509Error.self, "byte \(at)") {
        try X509Path(from: changed, through: [middle.certificate], to: [root.certificate])
      }
    }
  }

  @Test("A list of revocations counts only when its issuer signed it and it is of the time")
  func lists() throws {
    let leaf = try middle.issue("leaf", .p256, serial: 7)
    let path = try path(leaf, [middle])
    let good = [try root.revoke([]), try middle.revoke([6, 8])]
    try path.checkRevocation(good, at: TestIssuer.now)
    #expect(throws: X509Error.self) { try path.checkRevocation(good, at: TestIssuer.to + 1) }
    #expect(throws: X509Error.self) { try path.checkRevocation([], at: TestIssuer.now) }
    let forger = TestIssuer(certificate: middle.certificate, key: try TestKey(.p384))
    let forged = [try root.revoke([]), try forger.revoke([])]
    #expect(throws: X509Error.self) { try path.checkRevocation(forged, at: TestIssuer.now) }
    let revoked = [try root.revoke([]), try middle.revoke([7])]
    #expect(throws: X509Error.self) { try path.checkRevocation(revoked, at: TestIssuer.now) }
    // The root, by itself; and a list that names another key of the same name.
    let ended = [try root.revoke([1]), try middle.revoke([])]
    #expect(throws: X509Error.self) { try path.checkRevocation(ended, at: TestIssuer.now) }
    let keyed = try root.issue("keyed", .p256, isCA: true, extensions: ["2.5.29.14": [4, 1, 7]])
    let below = try self.path(try keyed.issue("leaf", .p256), [keyed])
    for (id, isItsOwn) in [(7, true), (8, false)] as [(UInt8, Bool)] {
      let list = try keyed.revoke([], with: .init("2.5.29.35", [0x30, 3, 0x80, 1, id]))
      let isGood = (try? below.checkRevocation([root.revoke([]), list], at: TestIssuer.now)) != nil
      #expect(isGood == isItsOwn, "\(id)")
    }
  }

  @Test("A list of later than the time counts where it names a certificate of the path, and its issuer signed it")
  func laterLists() throws {
    let leaf = try middle.issue("leaf", .p256, serial: 7)
    let path = try path(leaf, [middle])
    let good = [try root.revoke([]), try middle.revoke([])]
    func check(_ later: X509RevocationList) throws { try path.checkRevocation(good + [later], at: TestIssuer.now) }
    let (from, to) = (TestIssuer.now + 1, TestIssuer.to)
    #expect(throws: X509Error.self) { try check(middle.revoke([7], from: from, to: to)) }
    // The serial of an intermediate, by the root.
    #expect(throws: X509Error.self) { try check(root.revoke([2], from: from, to: to)) }
    #expect(throws: X509Error.self) { try check(root.revoke([1], from: from, to: to)) }
    try check(middle.revoke([6, 8], from: from, to: to))
    try check(root.revoke([7], from: from, to: to))
    let forger = TestIssuer(certificate: middle.certificate, key: try TestKey(.p384))
    try check(forger.revoke([7], from: from, to: to))
    // An earlier one that named it is forgotten by the newest that is current.
    try check(middle.revoke([7], from: TestIssuer.from - 1, to: to))
    let namesake = try TestIssuer.root("middle", .p256)
    try check(namesake.revoke([7], from: from, to: to))
  }

  @Test("A list that an extension limits or widens says nothing good of a certificate, now or later")
  func limitedLists() throws {
    let leaf = try middle.issue("leaf", .p256, serial: 7)
    let path = try path(leaf, [middle])
    let above = try root.revoke([])
    func isGood(_ lists: X509RevocationList...) -> Bool {
      (try? path.checkRevocation([above] + lists, at: TestIssuer.now)) != nil
    }
    typealias Extension = TestIssuer.Extension
    #expect(isGood(try middle.revoke([8], with: Extension("1.2.3.4"), ofEntries: Extension("1.2.3.4"))))
    // deltaCRLIndicator, issuingDistributionPoint (of people's certificates alone), one of no meaning.
    for own in [
      Extension("2.5.29.27", [2, 1, 1]), Extension("2.5.29.27", [2, 1, 1], isCritical: true),
      Extension("2.5.29.28", [0x30, 3, 0x81, 1, 0xff]), Extension("2.5.29.28", [0x30, 0], isCritical: true),
      Extension("2.5.29.29", [0x30, 3, 0x86, 1, 0x61]), Extension("1.2.3.4", isCritical: true),
    ] {
      #expect(!isGood(try middle.revoke([8], with: own)), "\(own)")
      #expect(try !isGood(middle.revoke([8]), middle.revoke([8], from: TestIssuer.now + 1, with: own)), "\(own)")
      // Older than the newest.
      #expect(try isGood(middle.revoke([8]), middle.revoke([8], from: TestIssuer.from - 1, with: own)), "\(own)")
    }
    // certificateIssuer, one of no meaning.
    for entry in [
      Extension("2.5.29.29", [0x30, 3, 0x86, 1, 0x61]), Extension("2.5.29.27", [2, 1, 1]),
      Extension("2.5.29.28", [0x30, 3, 0x81, 1, 0xff]), Extension("1.2.3.4", isCritical: true),
    ] {
      #expect(!isGood(try middle.revoke([8], ofEntries: entry)), "\(entry)")
    }
    // removeFromCRL, a reason that only a list of changes may give: the certificate is named.
    #expect(!isGood(try middle.revoke([7], ofEntries: Extension("2.5.29.21", [10, 1, 8]))))
  }
}
