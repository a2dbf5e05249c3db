public import Codec

/// What an appraisal of evidence came to, as an EAT Attestation Result (draft-ietf-rats-ear-04). Unsigned by itself: whoever
/// signs the statement that holds it signs it.
public struct AttestationResult: Sendable, Equatable {
  /// The profile that the draft registers.
  static let profile = "tag:ietf.org,2026:rats/ear#04"
  static let nameBytesMax = 256

  /// Tiers of draft-ietf-rats-ar4si section 2.3.
  public enum Status: String, Sendable, CaseIterable {
    case none, affirming, warning, contraindicated
  }

  /// Claims of draft-ietf-rats-ar4si section 2.3.4, each of -128 to 127.
  public struct Trustworthiness: Sendable, Equatable {
    public var instanceIdentity, configuration, executables, hardware: Int

    public init(instanceIdentity: Int, configuration: Int, executables: Int, hardware: Int) {
      self.instanceIdentity = instanceIdentity
      self.configuration = configuration
      self.executables = executables
      self.hardware = hardware
    }
  }

  /// Seconds since 1970, as of which the evidence was appraised.
  public var time: Int64
  /// Who made the program that appraised, and which it is.
  public var developer, build: String
  /// Of the evidence.
  public var kind: String
  public var status: Status
  public var trustworthiness: Trustworthiness

  public init(
    time: Int64, developer: String, build: String, kind: String, status: Status, trustworthiness: Trustworthiness
  ) {
    self.time = time
    self.developer = developer
    self.build = build
    self.kind = kind
    self.status = status
    self.trustworthiness = trustworthiness
  }

  public var json: JSON {
    let vector: JSON = [
      "instance-identity": .integer(trustworthiness.instanceIdentity),
      "configuration": .integer(trustworthiness.configuration), "executables": .integer(trustworthiness.executables),
      "hardware": .integer(trustworthiness.hardware),
    ]
    return [
      "eat_profile": .string(Self.profile), "iat": .integer(time),
      "ear_verifier_id": ["developer": .string(developer), "build": .string(build)],
      "submods": .object([
        JSONMember(kind, ["ear_status": .string(status.rawValue), "ear_trustworthiness_vector": vector])
      ]),
    ]
  }

  /// Reads one that a statement holds, about evidence that an execution can name.
  init(_ json: JSON, _ path: String) throws(ReceiptError) {
    var fields = try Fields(json, path)
    guard try fields.string("eat_profile").hasSameBytes(as: Self.profile) else {
      throw .field("\(path).eat_profile", why: "must be \(Self.profile)")
    }
    time = Int64(try fields.count("iat"))
    var verifier = try fields.fields("ear_verifier_id")
    developer = try verifier.name("developer", max: Self.nameBytesMax)
    build = try verifier.name("build", max: Self.nameBytesMax)
    try verifier.end()
    guard let modules = try fields.json("submods").objectValue, modules.count == 1,
      let kind = EvidenceDocument.Kind(rawValue: modules[0].name)
    else { throw .field("\(path).submods", why: "must hold one kind of evidence that an execution can name") }
    self.kind = kind.rawValue
    try fields.end()
    var module = try Fields(modules[0].value, "\(path).submods.\(kind.rawValue)")
    guard let status = Status(rawValue: try module.string("ear_status")) else {
      let choices = Status.allCases.map(\.rawValue).joined(separator: ", ")
      throw .field("\(path).ear_status", why: "must be one of \(choices)")
    }
    self.status = status
    var vector = try module.fields("ear_trustworthiness_vector")
    trustworthiness = Trustworthiness(
      instanceIdentity: try Self.claim("instance-identity", &vector),
      configuration: try Self.claim("configuration", &vector), executables: try Self.claim("executables", &vector),
      hardware: try Self.claim("hardware", &vector))
    try vector.end()
    try module.end()
  }

  private static func claim(_ name: String, _ vector: inout Fields) throws(ReceiptError) -> Int {
    guard let value = try vector.json(name).intValue, (-128...127).contains(value) else {
      throw .field("ear_trustworthiness_vector.\(name)", why: "must be an integer of -128 to 127")
    }
    return Int(value)
  }
}
