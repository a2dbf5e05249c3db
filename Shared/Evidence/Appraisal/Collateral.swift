internal import Codec
public import Cryptography

/// What an appraisal needs besides the evidence. It is handed in: nothing is fetched.
public struct Collateral: Sendable {
  /// Intermediates, and the signer's certificate where the evidence does not carry it.
  public var certificates: [X509Certificate] = []
  public var revocationLists: [X509RevocationList] = []
  /// vTPM: the attestation key, where the evidence does not carry it.
  public var publicKeys: [X509PublicKey] = []
  /// Signed texts, AIR and ACI receipts: the bodies as they went over the wire.
  public var request: [UInt8]?
  public var response: [UInt8]?
  /// As of when revocation lists and Intel's answers must be current, in seconds since 1970; nil: as of the appraisal. A later
  /// time asks what evidence of then is worth by what has become known.
  public var currentAt: Int64?
  /// DCAP: TCB info and identities of quoting enclaves.
  public internal(set) var documents: [SignedDocument] = []

  /// The most bytes of one file.
  public static let fileBytesMax = 4 << 20
  /// The most files of one appraisal.
  public static let fileCountMax = 64

  public init() {}

  /// Whether somebody in the path has a revocation list here.
  func hasList(of path: X509Path) -> Bool {
    let issuers = Set(path.certificates.map(\.issuerName))
    return revocationLists.contains { issuers.contains($0.issuerName) }
  }

  /// The files of a folder; one that is no collateral is named, not passed over. Errors: that, and too many.
  public init(files: [(name: String, bytes: [UInt8])]) throws(AppraisalError) {
    guard files.count <= Self.fileCountMax else {
      throw .limit(name: "the number of collateral files", limit: Self.fileCountMax, got: files.count)
    }
    for (name, bytes) in files {
      do { try add(bytes) } catch { throw .format(name, why: "\(error)") }
    }
  }

  /// Adds one file by what it holds: certificates, revocation lists and keys in PEM (the first two also in DER), a JSON answer of Intel's
  /// provisioning service (`tcbInfo` or `enclaveIdentity`), or all of a platform's in the one JSON object that DCAP
  /// libraries exchange.
  public mutating func add(_ bytes: [UInt8]) throws(AppraisalError) {
    guard bytes.count <= Self.fileBytesMax else {
      throw .limit(name: "the size of a collateral file", limit: Self.fileBytesMax, got: bytes.count)
    }
    if bytes.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }) == UInt8(ascii: "{") {
      try addJSON(bytes)
    } else {
      try addX509(bytes)
    }
  }

  private mutating func addX509(_ bytes: [UInt8]) throws(AppraisalError) {
    do throws(X509Error) {
      let bundle = try X509Bundle(bytes)
      certificates += bundle.certificates
      revocationLists += bundle.revocationLists
      publicKeys += bundle.publicKeys
    } catch { throw .format("a collateral file", why: "\(error)") }
  }

  private mutating func addJSON(_ bytes: [UInt8]) throws(AppraisalError) {
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: bytes) } catch {
      throw .format("a collateral file", why: "\(error)")
    }
    if json["tcbInfo"] != nil || json["enclaveIdentity"] != nil {
      documents.append(try SignedDocument(answer: bytes))
      return
    }
    guard json["tcb_info"] != nil else {
      throw .format("a collateral file", why: "its JSON has none of tcbInfo, enclaveIdentity and tcb_info")
    }
    for name in ["pck_crl_issuer_chain", "tcb_info_issuer_chain", "qe_identity_issuer_chain"] {
      if let text = json[name]?.stringValue { try addX509(Array(text.utf8)) }
    }
    for name in ["root_ca_crl", "pck_crl"] {
      guard let text = json[name]?.stringValue else { continue }
      guard let der = Hex.decode(text) else { throw .format("a collateral file", why: "\(name) is not hexadecimal") }
      try addX509(der)
    }
    for name in ["tcb_info", "qe_identity"] {
      documents.append(
        try SignedDocument(body: json[name]?.stringValue, signature: json["\(name)_signature"]?.stringValue, name: name)
      )
    }
  }
}

/// A JSON object that Intel signs with ECDSA P-256 over its exact bytes.
public struct SignedDocument: Sendable, Equatable {
  /// The bytes that the signature covers.
  let body: [UInt8]
  /// r ‖ s.
  let signature: [UInt8]
  let json: JSON

  /// One answer of the provisioning service: `{"tcbInfo": {...}, "signature": "hex"}` or `{"enclaveIdentity": ...}`.
  init(answer bytes: [UInt8]) throws(AppraisalError) {
    do {
      let json = try JSON(parsing: bytes)
      let name = json["tcbInfo"] != nil ? "tcbInfo" : "enclaveIdentity"
      guard let range = try JSON.memberRange(named: name, in: bytes) else {
        throw AppraisalError.format("a collateral file", why: "it has no \(name)")
      }
      let body = String(decoding: bytes[range], as: UTF8.self)
      self = try SignedDocument(body: body, signature: json["signature"]?.stringValue, name: name)
    } catch let error as AppraisalError { throw error } catch {
      throw .format("a collateral file", why: "\(error)")
    }
  }

  init(body: String?, signature: String?, name: String) throws(AppraisalError) {
    guard let body, let signature = signature.flatMap(Hex.decode), signature.count == 64 else {
      throw .format(name, why: "it needs a text and a signature of 64 bytes in hexadecimal")
    }
    self.body = Array(body.utf8)
    self.signature = signature
    do throws(JSONError) { json = try JSON(parsing: self.body) } catch { throw .format(name, why: "\(error)") }
  }
}
