import Codec
import Cryptography
import Testing

@testable import Evidence

/// Files that are handed in beside evidence, and evidence as text.
@Suite struct CollateralTests {
  private static let signature = String(repeating: "0a", count: 64)

  private func add(_ text: String) throws -> Collateral {
    var handed = Collateral()
    try handed.add(Array(text.utf8))
    return handed
  }

  @Test("Intel's answers one by one or all in one file, after any white space")
  func read() throws {
    for space in ["", " ", "\t", "\n", "\r", " \r\n\t "] {
      for name in ["tcbInfo", "enclaveIdentity"] {
        let handed = try add(space + #"{"\#(name)":{ "a": 1 },"signature":"\#(Self.signature)"}"#)
        #expect(handed.documents.map { String(decoding: $0.body, as: UTF8.self) } == [#"{ "a": 1 }"#])
        #expect(handed.documents[0].signature.count == 64 && handed.documents[0].json == ["a": 1])
      }
    }
    let root = try TestIssuer.root("root", .p256)
    let pem = String(decoding: TestIssuer.pem([root.certificate]), as: UTF8.self)
    let list = try root.revoke([1])
    let all: JSON = [
      "pck_crl_issuer_chain": .string(pem), "tcb_info_issuer_chain": .string(pem),
      "qe_identity_issuer_chain": .string(pem),
      "root_ca_crl": .string(Hex.encode(list.der)), "pck_crl": .string(Hex.encode(list.der)), "tcb_info": #"{"b":2}"#,
      "tcb_info_signature": .string(Self.signature), "qe_identity": #"{"c":3}"#,
      "qe_identity_signature": .string(Self.signature),
    ]
    let handed = try add(String(decoding: all.serialized(), as: UTF8.self))
    #expect(handed.documents.map(\.json) == [["b": 2], ["c": 3]])
    #expect(handed.certificates == Array(repeating: root.certificate, count: 3) && handed.revocationLists.count == 2)
    for member in try #require(all.objectValue) where !member.name.hasSuffix("chain") && !member.name.hasSuffix("crl") {
      let less = JSON.object((all.objectValue ?? []).filter { $0.name != member.name })
      #expect(throws: AppraisalError.self, "\(member.name)") {
        try add(String(decoding: less.serialized(), as: UTF8.self))
      }
    }
    #expect(try add(pem).certificates == [root.certificate])
    let none = #expect(throws: AppraisalError.self) { try add("{}") }
    #expect(none.map { "\($0)".contains("has none of tcbInfo") } == true)
  }

  @Test(
    "a file that is none of them is refused",
    arguments: [
      "", "x", "{", "{}", #"{"tcbInfo":{}}"#, #"{"tcbInfo":{},"signature":"00"}"#, #"{"tcbInfo":{},"signature":"x"}"#,
      #"{"enclaveIdentity":{},"signature":"\#(String(repeating: "0a", count: 65))"}"#,
      #"{"tcb_info":"{}","tcb_info_signature":"\#(signature)"}"#,
      #"{"tcb_info":"{}","root_ca_crl":"xy"}"#, #"{"tcb_info":"{}","pck_crl":"xy"}"#,
      #"{"tcb_info":"{}","pck_crl":"00"}"#,
      #"{"tcb_info":"{}","tcb_info_issuer_chain":"no certificate"}"#,
      #"{"tcb_info":"no JSON","tcb_info_signature":"\#(signature)","qe_identity":"{}","qe_identity_signature":"\#(signature)"}"#,
      #"{"tcb_info":{},"tcb_info_signature":"\#(signature)","qe_identity":"{}","qe_identity_signature":"\#(signature)"}"#,
    ])
  func refused(_ text: String) {
    #expect(throws: AppraisalError.self) { try add(text) }
  }

  @Test("a folder's files are all added, one that is no collateral is named, and there is a limit of them")
  func folder() throws {
    let pem = TestIssuer.pem([try TestIssuer.root("root", .p256).certificate])
    func files(_ count: Int) -> [(name: String, bytes: [UInt8])] { (0..<count).map { ("\($0).pem", pem) } }
    for count in [0, 1, 64] { #expect(try Collateral(files: files(count)).certificates.count == count) }
    let many = #expect(throws: AppraisalError.self) { try Collateral(files: files(65)) }
    #expect(many == .limit(name: "the number of collateral files", limit: 64, got: 65))
    let unread = #expect(throws: AppraisalError.self) { try Collateral(files: files(1) + [("notes.txt", [0x78])]) }
    #expect(unread.map { "\($0)".contains("notes.txt") } == true)
  }

  @Test("evidence may be hexadecimal or base64, broken into lines; JSON and bytes stay as they are")
  func text() {
    func decode(_ text: String) -> [UInt8] { EvidenceText.decode(Array(text.utf8)) }
    let bytes: [UInt8] = [0x84, 0x44, 0xff]
    for space in ["", " ", "\t", "\n", "\r"] {
      #expect(decode("8444\(space)ff\(space)") == bytes && decode("hE\(space)T/\(space)") == bytes)
      for json in [#"{"a": "8 4"}"#, #"["8 4"]"#] { #expect(decode(space + json) == Array(json.utf8)) }
    }
    #expect(EvidenceText.decode(bytes) == bytes && decode("no text") == Array("no text".utf8) && decode("") == [])
    let long = [UInt8](repeating: UInt8(ascii: "0"), count: 2 << 20)
    #expect(
      EvidenceText.decode(long).count == 1 << 20 && EvidenceText.decode(long + long.prefix(2)).count == 2 << 20 + 2)
  }
}
