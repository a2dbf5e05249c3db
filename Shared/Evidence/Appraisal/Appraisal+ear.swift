internal import Codec

/// The appraisal as an EAT Attestation Result (draft-ietf-rats-ear-04), unsigned: whoever signs the verdict signs it.
extension Appraisal {
  /// The profile that the draft registers.
  static let earProfile = "tag:ietf.org,2026:rats/ear#04"

  var ear: JSON {
    let vector = trustworthiness.map { JSONMember($0.0, .integer($0.1)) }
    return [
      "eat_profile": .string(Self.earProfile), "iat": .integer(time),
      "ear_verifier_id": ["developer": "urn:colophon", "build": "evidence/1"],
      "submods": .object([
        JSONMember(
          kind.rawValue, ["ear_status": .string(status), "ear_trustworthiness_vector": .object(vector)])
      ]),
    ]
  }

  /// The tier of the whole (draft-ietf-rats-ar4si section 2.3): nothing is affirmed that was not wholly accepted.
  private var status: String {
    // What stands for hardware and is none affirms nothing, whatever its own checks say.
    if isAccepted { return kind == .simulated ? "warning" : "affirming" }
    return checks.contains { $0.state == .fail } ? "contraindicated" : "none"
  }

  /// Claims of draft-ietf-rats-ar4si section 2.3.4: 2 affirms, 0 says nothing, 96 and above contraindicate. 99 is for
  /// evidence whose cryptography does not hold.
  private var trustworthiness: [(String, Int)] {
    let proof: [SubCheck.Name] = [
      .format, .chain, .validity, .revocation, .signature, .quotingEnclave, .quotingEnclaveIdentity, .binding, .pcrs,
      .tcbInfo, .signer, .exchange,
    ]
    if proof.contains(where: { tier([$0]) == 96 }) {
      return [("instance-identity", 99), ("configuration", 99), ("executables", 99), ("hardware", 99)]
    }
    return [
      ("instance-identity", tier([.chain, .signature, .identity])), ("configuration", tier([.debug])),
      ("executables", tier([.measurements])), ("hardware", kind == .simulated ? 32 : tier([.tcb])),
    ]
  }

  /// 96 when one of these failed, 2 when all that there are passed, else 0.
  private func tier(_ names: [SubCheck.Name]) -> Int {
    let found = checks.filter { names.contains($0.name) }
    if found.contains(where: { $0.state == .fail }) { return 96 }
    return !found.isEmpty && found.allSatisfy { $0.state == .pass } ? 2 : 0
  }
}
