import Codec
import Cryptography
import TestKit
import Testing

@testable import Receipts

/// Model signatures under certificates: who is believed, and when.
@Suite struct ModelCertificateTests {
  private let vectors: ModelVectors
  private let list: ModelResources

  init() throws {
    vectors = try ModelVectors()
    list = try vectors.list(.files)
  }

  /// A signature that names these certificates, whether or not they may sign.
  private func verify(_ names: [String], roots: [String] = ["root"], at time: Int64? = nil) throws {
    let material = try ModelCertificates(vectors.certificates(names)).material
    let bytes = try vectors.signed(String(decoding: list.statement(), as: UTF8.self), material: material)
    let read = try ModelSignature.verify(bytes, roots: vectors.certificates(roots), at: time ?? vectors.at)
    #expect(try read.resources == list && read.signer == vectors.certificate(names[0]))
  }

  @Test("a path to a root that the caller trusts is believed, by whatever way its certificates came")
  func believed() throws {
    for names in [
      ["signer", "issuer"], ["signer", "issuer", "root"], ["signer", "root", "issuer"], ["signer", "server", "issuer"],
      ["onlyUsage", "issuer"], ["onlyPurpose", "issuer"],
    ] {
      try verify(names)
      try verify(names, roots: ["otherRoot", "root"])
    }
    try verify(["signer"], roots: ["root", "issuer"])
    try verify(["otherSigner", "otherIssuer"], roots: ["otherRoot"])
  }

  @Test(
    "a path that ends elsewhere, has a gap, or goes through one who may not certify, is not believed",
    arguments: [
      (["signer", "issuer"], ["otherRoot"]), (["signer", "issuer"], []), (["signer", "issuer"], ["issuer"]),
      (["signer"], ["root"]), (["signer", "otherIssuer"], ["root"]), (["signer", "otherIssuer"], ["otherRoot"]),
      (["otherSigner", "issuer"], ["root"]), (["otherSigner", "otherIssuer", "otherRoot"], ["root"]),
      (["underSigner", "signer", "issuer"], ["root"]), (["signer", "root"], ["root"]),
    ])
  func notBelieved(names: [String], roots: [String]) throws {
    #expect(refusal { try verify(names, roots: roots) }.contains("are not believed"))
  }

  @Test("a certificate that is not for this, or is of another key, has not signed")
  func usage() throws {
    for name in ["nothingStated", "server", "anyPurpose", "agreement", "issuer"] {
      #expect(refusal { try verify([name, "issuer"]) }.contains("which may not sign"), "\(name)")
    }
    #expect(refusal { try verify(["signer384", "issuer"]) }.contains("is not the key's"))
  }

  @Test("all of the path is valid at the time, which is the caller's")
  func times() throws {
    let names = ["signer", "issuer"]
    let (first, last) = (try vectors.time("notBefore"), try vectors.time("notAfter"))
    for time in [first, last] { try verify(names, at: time) }
    for time in [first - 1, last + 1, .min, .max] {
      #expect(refusal { try verify(names, at: time) }.contains("is valid from"))
    }
  }

  @Test("who signs gives the certificate of the key, and one that may sign")
  func signing() throws {
    func sign(_ names: [String]) throws {
      _ = try ModelSignature.sign(list, with: vectors.key, certificates: vectors.certificates(names))
    }
    try sign(["signer"])
    #expect(refusal { try sign([]) }.contains("are none"))
    #expect(refusal { try sign(["issuer", "signer"]) }.contains("have another key first"))
    #expect(refusal { try sign(["server", "issuer"]) }.contains("which may not sign"))
  }

  @Test("what is no list of certificates is refused, and too many are before they are read")
  func lists() throws {
    func read(_ material: JSON) -> String {
      refusal {
        let bytes = try vectors.signed(String(decoding: list.statement(), as: UTF8.self), material: material)
        _ = try ModelSignature.verify(bytes, roots: vectors.certificates(["root"]), at: vectors.at)
      }
    }
    func chain(_ items: [JSON]) -> JSON { ["x509CertificateChain": ["certificates": .array(items)]] }
    #expect(read(chain([])).contains("are none") && read(["x509CertificateChain": [:]]).contains("are none"))
    for item in [[:], ["rawBytes": "*"], ["rawBytes": 1]] as [JSON] {
      #expect(read(chain([item])).contains("must hold rawBytes"))
    }
    #expect(read(chain([["rawBytes": "MAA="]])).contains("is refused: a certificate is unreadable"))
    #expect(read(chain(Array(repeating: [:], count: 33))).contains("above the limit of 32"))
    #expect(!read(chain(Array(repeating: [:], count: 32))).contains("limit"))
  }

  @Test("material of another kind is refused with what to do about it")
  func kinds() throws {
    let text = String(decoding: try list.statement(), as: UTF8.self)
    let roots = try vectors.certificates(["root"])
    let kinds: [(JSON, String)] = [
      (["certificate": ["rawBytes": "AAAA"], "tlogEntries": []], "identity of Sigstore"),
      (["other": [:]], "names nobody"),
      (.null, "names nobody"),
    ]
    for (material, word) in kinds {
      let bytes = try vectors.signed(text, material: material)
      let byKey = refusal { _ = try ModelSignature.verify(bytes, key: vectors.key.publicKey) }
      let byRoots = refusal { _ = try ModelSignature.verify(bytes, roots: roots, at: vectors.at) }
      #expect(byKey.contains("no public key: ") && byKey.contains(word))
      #expect(byRoots.contains("no certificates: ") && byRoots.contains(word))
    }
    let certified = try vectors.signature("certificate-files-sha256")
    #expect(
      refusal { _ = try ModelSignature.verify(certified, key: vectors.key.publicKey) }.contains("give the roots"))
    let keyed = try vectors.signature("key-files-sha256")
    #expect(refusal { _ = try ModelSignature.verify(keyed, roots: roots, at: vectors.at) }.contains("give that key"))
    let rsa = try X509PublicKey(rsaModulus: [UInt8](repeating: 0xff, count: 256), exponent: [1, 0, 1])
    #expect(
      refusal { _ = try ModelSignature.verify(vectors.signed(text), key: rsa) }.contains(
        "must be on P-256, P-384 or P-521"))
  }

  @Test("no flipped byte of the package's signature, its certificates or payload leads to another reading")
  func flips() throws {
    let good = try vectors.signature("certificate-shards-sha256")
    let roots = try vectors.certificates(["root"])
    let whole = try ModelSignature.verify(good, roots: roots, at: vectors.at)
    for at in TestSize.places(0..<good.count) {
      var flipped = good
      flipped[at] ^= UInt8(1 << (at % 7))
      // Of the root that it carries nothing is asked, and members that nobody defines say nothing.
      guard let read = try? ModelSignature.verify(flipped, roots: roots, at: vectors.at) else { continue }
      #expect(read.resources == whole.resources && read.signer == whole.signer, "byte \(at)")
    }
  }
}
