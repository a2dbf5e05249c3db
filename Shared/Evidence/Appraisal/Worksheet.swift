internal import Cryptography

/// The checks and claims of one piece of evidence while it is being appraised. A check that an earlier failure made
/// impossible stays `not_checked`, so none is silently left out.
struct Worksheet {
  let kind: EvidenceKind
  private let policy: AppraisalPolicy
  /// Every check that this kind of evidence has, and which of them must pass.
  private let planned: [SubCheck.Name]
  private let required: Set<SubCheck.Name>
  private(set) var results: [SubCheck.Name: (state: SubCheck.State, detail: String)] = [:]
  private(set) var claims: [EvidenceClaim] = []
  /// The finished sheet of the hardware report inside this evidence.
  var hardware: Appraisal?

  init(_ kind: EvidenceKind, planned: [SubCheck.Name], optional: Set<SubCheck.Name>, policy: AppraisalPolicy) {
    self.kind = kind
    self.policy = policy
    self.planned = planned
    var required = Set(planned).subtracting(optional).union(policy.required.intersection(planned))
    // What the policy expects must be met.
    if policy.measurements.isEmpty { required.remove(.measurements) } else { required.insert(.measurements) }
    if policy.nonce == nil { required.remove(.nonce) } else { required.insert(.nonce) }
    if policy.reportData == nil { required.remove(.reportData) } else { required.insert(.reportData) }
    self.required = required
  }

  /// Why a check was not made that an earlier failure left nothing to look at.
  static let unreached = "an earlier check failed"

  /// Runs one check: the text it returns is the detail of `pass`, what it throws that of `fail` or `not_checked`.
  @discardableResult
  mutating func check<Value>(_ name: SubCheck.Name, _ body: () throws -> (Value, String)) -> Value? {
    do {
      let (value, detail) = try body()
      record(name, .pass, detail)
      return value
    } catch AppraisalError.missing(let what) {
      record(name, .notChecked, "\(AppraisalError.missing(what))")
    } catch {
      record(name, .fail, "\(error)")
    }
    return nil
  }

  mutating func check(_ name: SubCheck.Name, _ body: () throws -> String) {
    check(name) { ((), try body()) }
  }

  mutating func record(_ name: SubCheck.Name, _ state: SubCheck.State, _ detail: String) {
    // The worst stays: a later success of the same check, of another device say, does not undo it.
    if let before = results[name]?.state, before == .fail || before == .notChecked && state == .pass { return }
    results[name] = (state, detail)
  }

  mutating func claim(_ name: String, _ bytes: [UInt8]) { claim(name, Hex.encode(bytes)) }

  /// Claims of the hardware report inside come with its prefix.
  var allClaims: [EvidenceClaim] {
    claims + (hardware?.claims.map { EvidenceClaim(name: "hardware.\($0.name)", value: $0.value) } ?? [])
  }

  mutating func claim(_ name: String, _ text: String) { claims.append(EvidenceClaim(name: name, value: text)) }

  /// The appraisal, with `measurements`, which may be of anything that the checks before claimed.
  consuming func finish(at time: Int64) -> Appraisal {
    if results[.format]?.state == .pass { checkMeasurements(policy) }
    var lines = SubCheck.Name.allCases.filter(planned.contains).map { name in
      let result = results[name] ?? (.notChecked, Self.unreached)
      return SubCheck(name, result.state, result.detail)
    }
    var labels = SubCheck.Name.allCases.filter(required.contains).map(\.rawValue)
    if let hardware {
      lines += hardware.checks.map { SubCheck($0.name, ofHardware: true, $0.state, $0.detail) }
      labels += hardware.required.map { "hardware.\($0)" }
    }
    return Appraisal(kind: kind, time: time, checks: lines, required: labels, claims: allClaims)
  }
}
