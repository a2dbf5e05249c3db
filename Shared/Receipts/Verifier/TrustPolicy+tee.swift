internal import Codec
internal import Cryptography

extension TrustPolicy {
  /// What evidence of trusted hardware is worth something (FORMAT section 5).
  public struct TEE: Sendable, Equatable {
    public typealias Kind = EvidenceDocument.Kind

    static let rootsMax = 64
    static let measurementsMax = 64
    static let valuesMax = 1024

    /// Those that are accepted. `simulated` shows no hardware.
    public var kinds: [Kind]
    /// By kind: of `simulated` Ed25519 keys, of the others DER certificates in place of the vendor's own roots.
    public var roots: [Kind: [[UInt8]]]
    /// By kind, and by the name of a claim: the values that are accepted, spelt as an appraisal spells them. What is not named
    /// may be anything.
    public var measurements: [Kind: [String: [String]]]
    /// By kind, of which `tdx` alone has them: the statuses of Intel's that are accepted, in place of `UpToDate`.
    public var tcbStatuses: [Kind: [TCBStatus]]
    /// By kind, of which `sev-snp` alone has them: the least version of each part. Of a part that is not named any will do.
    public var tcbMinimum: [Kind: [TCBPart: Int]]

    public init(
      kinds: [Kind], roots: [Kind: [[UInt8]]] = [:], measurements: [Kind: [String: [String]]] = [:],
      tcbStatuses: [Kind: [TCBStatus]] = [:], tcbMinimum: [Kind: [TCBPart: Int]] = [:]
    ) {
      self.kinds = kinds
      self.roots = roots
      self.measurements = measurements
      self.tcbStatuses = tcbStatuses
      self.tcbMinimum = tcbMinimum
    }
  }
}

extension TrustPolicy.TEE {
  /// The most bytes of a file of it alone.
  public static let byteCountMax = 1 << 20

  /// Reads the member `tee` of a trust policy from a file of its own.
  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: bytes, limits: JSONLimits(byteCountMax: Self.byteCountMax)) } catch
    {
      throw .encoding(what: "policy for trusted hardware", why: "\(error)")
    }
    try self.init(json)
  }

  init(_ json: JSON) throws(ReceiptError) {
    var fields = try Fields(json, "trust.tee")
    kinds = []
    for value in try fields.array("kinds", max: Kind.allCases.count) {
      kinds.append(try Self.kind(value.stringValue ?? "", "trust.tee.kinds"))
    }
    roots = [:]
    for (kind, value) in try Self.byKind(fields.optional("roots"), "trust.tee.roots") {
      let path = "trust.tee.roots.\(kind.rawValue)"
      roots[kind] = []
      for text in try Self.texts(value, path, max: Self.rootsMax) {
        roots[kind]?.append(try Self.root(text, kind, path))
      }
    }
    measurements = [:]
    for (kind, value) in try Self.byKind(fields.optional("measurements"), "trust.tee.measurements") {
      let path = "trust.tee.measurements.\(kind.rawValue)"
      guard let members = value.objectValue, (1...Self.measurementsMax).contains(members.count) else {
        throw .field(path, why: "must be an object of 1 to \(Self.measurementsMax) members")
      }
      measurements[kind] = [:]
      for member in members {
        let values = try Self.texts(member.value, "\(path).\(member.name)", max: Self.valuesMax)
        guard values.allSatisfy(Self.isValue) else {
          let spelt = "bytes in lower-case hexadecimal, or numbers in decimal or, behind 0x, lower-case hexadecimal"
          throw .field("\(path).\(member.name)", why: "must hold \(spelt)")
        }
        measurements[kind]?[member.name] = values
      }
    }
    tcbStatuses = try Self.statuses(fields.optional("tcb_statuses"))
    tcbMinimum = try Self.minimum(fields.optional("tcb_minimum"))
    try fields.end()
    let named = [Array(roots.keys), Array(measurements.keys), Array(tcbStatuses.keys), Array(tcbMinimum.keys)]
    for kind in named.joined() where !kinds.contains(kind) {
      throw .field("trust.tee", why: "says something of \(kind.rawValue), which kinds does not list")
    }
  }

  /// Another spelling would never be a claim's, and whoever lists it expects it to be.
  private static func isValue(_ text: String) -> Bool {
    let spellings = [
      Hex.decode(text).map(Hex.encode), UInt64(text).map { String($0) },
      UInt64(text.dropFirst(2), radix: 16).map { "0x" + String($0, radix: 16) },
    ]
    return spellings.contains { $0?.hasSameBytes(as: text) == true }
  }

  private static func kind(_ name: String, _ path: String) throws(ReceiptError) -> Kind {
    guard let kind = Kind(rawValue: name) else {
      let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw .field(path, why: "\"\(name.prefix(40))\" is none of \(kinds)")
    }
    return kind
  }

  static func byKind(_ json: JSON?, _ path: String) throws(ReceiptError) -> [(Kind, JSON)] {
    guard let json else { return [] }
    guard let members = json.objectValue else { throw .field(path, why: "must be an object") }
    var result: [(Kind, JSON)] = []
    for member in members { result.append((try kind(member.name, path), member.value)) }
    return result
  }

  static func texts(_ json: JSON, _ path: String, max: Int) throws(ReceiptError) -> [String] {
    let texts = json.arrayValue?.compactMap(\.stringValue) ?? []
    guard texts.count == json.arrayValue?.count, (1...max).contains(texts.count) else {
      throw .field(path, why: "must be an array of 1 to \(max) strings")
    }
    return texts
  }

  private static func root(_ text: String, _ kind: Kind, _ path: String) throws(ReceiptError) -> [UInt8] {
    do {
      let bytes = try Base64.decode(text)
      if kind == .simulated { _ = try VerifyingKey(raw: bytes) } else { _ = try X509Certificate(der: bytes) }
      return bytes
    } catch {
      let what = kind == .simulated ? "an Ed25519 key" : "a DER certificate"
      throw .field(path, why: "must hold the base64 of \(what): \(error)")
    }
  }

  var json: JSON {
    .members([
      ("kinds", .array(kinds.map { .string($0.rawValue) })),
      ("roots", Self.json(roots) { .array($0.map { .string(Base64.encode($0)) }) }),
      (
        "measurements",
        Self.json(measurements) { values in
          .object(
            values.sorted { $0.key < $1.key }.map { JSONMember($0.key, .array($0.value.map { .string($0) })) })
        }
      ),
      ("tcb_statuses", Self.json(tcbStatuses) { .array($0.map { .string($0.rawValue) }) }),
      ("tcb_minimum", Self.json(tcbMinimum) { Self.json($0) }),
    ])
  }

  private static func json<Value>(_ byKind: [Kind: Value], _ value: (Value) -> JSON) -> JSON? {
    byKind.isEmpty
      ? nil
      : .object(
        byKind.sorted { $0.key.rawValue < $1.key.rawValue }.map { JSONMember($0.key.rawValue, value($0.value)) })
  }
}
