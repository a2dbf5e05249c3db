public import Receipts

extension Appraisal {
  /// The appraisal as an EAT Attestation Result.
  public var ear: AttestationResult {
    AttestationResult(
      time: time, developer: "urn:colophon", build: "evidence/1", kind: kind.rawValue, status: status,
      trustworthiness: trustworthiness)
  }

  /// The tier of the whole (draft-ietf-rats-ar4si section 2.3): nothing is affirmed that was not wholly accepted.
  private var status: AttestationResult.Status {
    // What stands for hardware and is none affirms nothing, whatever its own checks say.
    if isAccepted { return kind == .simulated ? .warning : .affirming }
    return checks.contains { $0.state == .fail } ? .contraindicated : .none
  }

  /// Claims of draft-ietf-rats-ar4si section 2.3.4: 2 affirms, 0 says nothing, 96 and above contraindicate. 99 is for
  /// evidence whose cryptography does not hold.
  private var trustworthiness: AttestationResult.Trustworthiness {
    let proof: [SubCheck.Name] = [
      .format, .chain, .validity, .revocation, .signature, .quotingEnclave, .quotingEnclaveIdentity, .binding, .pcrs,
      .tcbInfo, .signer, .exchange,
    ]
    if proof.contains(where: { tier([$0]) == 96 }) {
      return .init(instanceIdentity: 99, configuration: 99, executables: 99, hardware: 99)
    }
    return .init(
      instanceIdentity: tier([.chain, .signature, .identity]), configuration: tier([.debug]),
      executables: tier([.measurements]), hardware: kind == .simulated ? 32 : tier([.tcb]))
  }

  /// 96 when one of these failed, 2 when all that there are passed, else 0.
  private func tier(_ names: [SubCheck.Name]) -> Int {
    let found = checks.filter { names.contains($0.name) }
    if found.contains(where: { $0.state == .fail }) { return 96 }
    return !found.isEmpty && found.allSatisfy { $0.state == .pass } ? 2 : 0
  }
}
