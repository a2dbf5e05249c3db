internal import Codec
public import Cryptography
public import Receipts

/// Who may register what: the (key, kind) pairs that the log admits (FORMAT section 4).
public struct RegistrationPolicy: Sendable, Equatable {
  /// One key and the kinds it is good for.
  public struct Issuer: Sendable, Equatable {
    public let issuer: String
    public let key: VerifyingKey
    public let kinds: Set<StatementKind>

    public init(issuer: String, key: VerifyingKey, kinds: Set<StatementKind>) {
      self.issuer = issuer
      self.key = key
      self.kinds = kinds
    }
  }

  static let bytesMax = 1 << 20
  static let issuersMax = 1024

  private let byKeyID: [[UInt8]: Issuer]

  /// Errors: ``RegistrationError/policy(path:why:)`` for a key that is listed twice.
  ///
  /// - Parameter path: where they were read, for the error.
  public init(_ issuers: [Issuer], path: String = "(built in)") throws(RegistrationError) {
    var byKeyID: [[UInt8]: Issuer] = [:]
    for issuer in issuers {
      let keyID = COSEKey(issuer.key).keyID
      guard byKeyID.updateValue(issuer, forKey: keyID) == nil else {
        throw .policy(path: path, why: "the key \(Self.text(keyID)) is listed twice: give each key one line")
      }
    }
    self.byKeyID = byKeyID
  }

  /// Throws unless the statement's key is registered for its issuer and kind, and made its signature.
  public func admit(_ statement: SignedStatement) throws(RegistrationError) {
    let kid = Self.text(statement.keyID)
    guard let issuer = byKeyID[statement.keyID] else { throw .unknownKey(kid: kid) }
    let claims = statement.statement
    guard claims.issuer.utf8.elementsEqual(issuer.issuer.utf8) else {
      throw .issuer(stated: claims.issuer, registered: issuer.issuer)
    }
    guard issuer.kinds.contains(claims.kind) else {
      throw .kind(claims.kind.rawValue, kid: kid, admitted: issuer.kinds.map(\.rawValue).sorted())
    }
    guard statement.isSigned(by: issuer.key) else { throw .signature(kid: kid) }
    guard claims.kind == .key else { return }
    do { _ = try KeyPredicate(of: statement, signerKinds: issuer.kinds) } catch { throw .key(why: "\(error)") }
  }

  static func text(_ keyID: [UInt8]) -> String { "sha256:\(Hex.encode(keyID))" }
}

extension RegistrationPolicy.Issuer {
  /// Reads a policy file: a JSON list of `{"iss", "kid": "sha256:<hex>", "key": "<base64>", "kinds": [...]}`.
  static func list(_ bytes: [UInt8], path: String) throws(RegistrationError) -> [RegistrationPolicy.Issuer] {
    let json: JSON
    do {
      json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: RegistrationPolicy.bytesMax, depthMax: 8))
    } catch { throw .policy(path: path, why: "\(error)") }
    guard let list = json.arrayValue else { throw .policy(path: path, why: "is not a JSON list") }
    guard list.count <= RegistrationPolicy.issuersMax else {
      throw .policy(path: path, why: "has \(list.count) keys, and the limit is \(RegistrationPolicy.issuersMax)")
    }
    var issuers: [RegistrationPolicy.Issuer] = []
    for (position, item) in list.enumerated() {
      do throws(Fault) { issuers.append(try read(item)) } catch {
        throw .policy(path: path, why: "key \(position + 1): \(error.why)")
      }
    }
    return issuers
  }

  private struct Fault: Error { let why: String }

  private static func read(_ json: JSON) throws(Fault) -> RegistrationPolicy.Issuer {
    let names = json.objectValue?.map(\.name).sorted() ?? []
    guard names == ["iss", "key", "kid", "kinds"] else {
      throw Fault(why: "must have the members iss, kid, key and kinds, and nothing else")
    }
    guard let issuer = json["iss"]?.stringValue, (1...1024).contains(issuer.utf8.count) else {
      throw Fault(why: "iss must be a text of 1 to 1024 bytes")
    }
    guard let text = json["key"]?.stringValue, let raw = try? Base64.decode(text),
      let algorithm = [SignatureAlgorithm.edDSA, .es256].first(where: { $0.publicKeyLength == raw.count }),
      let key = try? VerifyingKey(algorithm: algorithm, raw: raw)
    else { throw Fault(why: "key must be the base64 of a raw Ed25519 (32 bytes) or P-256 (65 bytes) public key") }
    let keyID = RegistrationPolicy.text(COSEKey(key).keyID)
    guard json["kid"]?.stringValue == keyID else {
      throw Fault(why: "kid is not the thumbprint of key, which is \(keyID)")
    }
    var kinds: Set<StatementKind> = []
    for word in json["kinds"]?.arrayValue ?? [] {
      guard let kind = word.stringValue.flatMap(StatementKind.init(rawValue:)) else {
        throw Fault(why: "kinds may hold \(StatementKind.allCases.map(\.rawValue).joined(separator: ", ")) only")
      }
      kinds.insert(kind)
    }
    guard !kinds.isEmpty else { throw Fault(why: "kinds is empty: name at least one, or remove the key") }
    return RegistrationPolicy.Issuer(issuer: issuer, key: key, kinds: kinds)
  }
}
