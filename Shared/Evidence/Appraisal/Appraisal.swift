public import Codec
internal import Receipts

/// What came of one appraisal.
public struct Appraisal: Sendable, Equatable {
  public let kind: EvidenceKind
  /// Seconds since 1970: the time that was handed in.
  public let time: Int64
  /// In the order of `SubCheck.Name`, the evidence's own before those of the hardware report inside it.
  public let checks: [SubCheck]
  /// Labels of the checks that must pass.
  public let required: [String]
  /// What the evidence says, in the order of its format. Believe it only when the appraisal is accepted.
  public let claims: [EvidenceClaim]

  /// Whether every required check passed and none failed.
  public var isAccepted: Bool { unmet.isEmpty && !checks.contains { $0.state == .fail } }

  /// The required checks that did not pass.
  public var unmet: [String] {
    required.filter { label in !checks.contains { $0.label == label && $0.state == .pass } }
  }

  /// The state of a check; nil when this kind of evidence has no such check.
  public subscript(name: SubCheck.Name, ofHardware: Bool = false) -> SubCheck.State? {
    checks.first { $0.name == name && $0.ofHardware == ofHardware }?.state
  }

  public var json: JSON {
    [
      "kind": .string(kind.rawValue), "accepted": .bool(isAccepted), "time_unix_s": .decimal(time),
      "checks": .array(
        checks.map {
          ["name": .string($0.label), "state": .string($0.state.rawValue), "detail": .string($0.detail)]
        }),
      "required": .array(required.map(JSON.string)),
      "claims": .object(claims.map { JSONMember($0.name, .string($0.value)) }),
      "ear": ear.json,
    ]
  }
}

/// One statement of the evidence: a name and its value, bytes in lower-case hexadecimal.
public struct EvidenceClaim: Sendable, Equatable {
  public let name: String
  public let value: String
}
