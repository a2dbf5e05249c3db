internal import Codec
internal import Cryptography
internal import Receipts

extension AppraisalPolicy {
  /// The most bytes of a policy file.
  public static let byteCountMax = 1 << 20

  /// Reads a policy: the default one with what the object names put in its place. An unknown member is refused, since
  /// whoever wrote it expects it to hold.
  ///
  /// `{"roots": {"nitro": ["-----BEGIN CERTIFICATE-----..."]}, "signers": ["hex"], "simulated_roots": ["hex"],
  /// "measurements": {"pcr0": ["hex"]}, "nonce": "hex",
  /// "report_data": "hex", "tcb_statuses": ["UpToDate"], "tcb_minimum": {"snp": 8}, "allow_debug": false,
  /// "require": ["revocation"]}`
  public init(_ bytes: [UInt8]) throws(AppraisalError) {
    self.init()
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.byteCountMax)) } catch
    {
      throw .format("the policy", why: "\(error)")
    }
    guard let members = json.objectValue else { throw .format("the policy", why: "it is no JSON object") }
    for member in members { try read(member.name, member.value) }
  }

  private mutating func read(_ name: String, _ value: JSON) throws(AppraisalError) {
    switch name {
    case "roots":
      for member in try Self.members(value, name) {
        guard let kind = EvidenceKind(rawValue: member.name) else {
          let kinds = EvidenceKind.allCases.map(\.rawValue).joined(separator: ", ")
          throw .format("the policy", why: "roots.\(member.name.prefix(40)): the kinds are \(kinds)")
        }
        roots[kind] = try Self.certificates(member.value, "roots.\(member.name)")
      }
    case "measurements":
      for member in try Self.members(value, name) {
        measurements[member.name] = Set(try Self.texts(member.value, "measurements.\(member.name)"))
      }
    case "signers":
      signers = []
      for text in try Self.texts(value, name) {
        guard let key = Hex.decode(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text),
          [20, 32].contains(key.count)
        else {
          throw .format("the policy", why: "signers must be addresses of 20 bytes or keys of 32, in hexadecimal")
        }
        signers.insert(Hex.encode(key))
      }
    case "simulated_roots":
      simulatedRoots = []
      for text in try Self.texts(value, name) {
        guard let key = Hex.decode(text), (try? VerifyingKey(raw: key)) != nil else {
          throw .format("the policy", why: "simulated_roots must be Ed25519 keys of 32 bytes, in hexadecimal")
        }
        simulatedRoots.insert(Hex.encode(key))
      }
    case "nonce": nonce = try Self.bytes(value, name)
    case "report_data": reportData = try Self.bytes(value, name)
    case "tcb_statuses":
      tcbStatuses = []
      for text in try Self.texts(value, name) {
        guard TCBStatus.acceptable.contains(where: { $0.rawValue == text }) else {
          throw .format(
            "the policy", why: "tcb_statuses '\(text.prefix(40))': what can be accepted is \(TCBStatus.choices)")
        }
        tcbStatuses.insert(text)
      }
    case "tcb_minimum":
      for member in try Self.members(value, name) {
        guard TCBPart(rawValue: member.name) != nil, let least = member.value.intValue, (0...255).contains(least)
        else {
          throw .format("the policy", why: "tcb_minimum has numbers of 0 to 255 named \(TCBPart.choices)")
        }
        tcbMinimum[member.name] = Int(least)
      }
    case "allow_debug":
      guard let flag = value.boolValue else { throw .format("the policy", why: "allow_debug must be true or false") }
      allowsDebug = flag
    case "require":
      for text in try Self.texts(value, name) {
        guard let check = SubCheck.Name(rawValue: text) else {
          let names = SubCheck.Name.allCases.map(\.rawValue).joined(separator: ", ")
          throw .format("the policy", why: "require '\(text.prefix(40))': the checks are \(names)")
        }
        required.insert(check)
      }
    default: throw .format("the policy", why: "'\(name.prefix(40))' is no member of it")
    }
  }

  private static func members(_ value: JSON, _ name: String) throws(AppraisalError) -> [JSONMember] {
    guard let members = value.objectValue else { throw .format("the policy", why: "\(name) must be an object") }
    return members
  }

  private static func texts(_ value: JSON, _ name: String) throws(AppraisalError) -> [String] {
    let texts = value.arrayValue?.compactMap(\.stringValue)
    guard let texts, texts.count == value.arrayValue?.count, !texts.isEmpty else {
      throw .format("the policy", why: "\(name) must be an array of texts, not empty")
    }
    return texts
  }

  private static func bytes(_ value: JSON, _ name: String) throws(AppraisalError) -> [UInt8] {
    guard let bytes = value.stringValue.flatMap(Hex.decode), !bytes.isEmpty else {
      throw .format("the policy", why: "\(name) must be bytes in hexadecimal")
    }
    return bytes
  }

  private static func certificates(_ value: JSON, _ name: String) throws(AppraisalError) -> [X509Certificate] {
    var found: [X509Certificate] = []
    for text in try texts(value, name) {
      do throws(X509Error) { found += try X509Bundle(pem: Array(text.utf8)).certificates } catch {
        throw .format("the policy", why: "\(name): \(error)")
      }
    }
    return found
  }
}
