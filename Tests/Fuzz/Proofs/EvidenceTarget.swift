import FuzzKit

@testable import Evidence

extension FuzzTarget {
  /// Attestation evidence of every kind: each reader is given the same bytes. At the beginning of 1970 no certificate
  /// was valid and no signer is named, so that nothing whatever may be accepted.
  static let evidence = FuzzTarget(name: "evidence", mutate: nil) { bytes in
    let bytes = [UInt8](bytes)
    let appraiser = Appraiser()
    let appraisals = EvidenceKind.allCases.map { appraiser.appraise(bytes, kind: $0, at: 0) }
    for appraisal in appraisals {
      precondition(!appraisal.isAccepted, "evidence was accepted that nobody can have made")
      precondition(appraisal.checks.allSatisfy { !$0.detail.isEmpty })
      _ = appraisal.json
    }
    return appraisals.contains { $0[.format] == .pass }
  }

  /// What is handed in beside evidence.
  static let collateral = FuzzTarget(name: "collateral", mutate: nil) { bytes in
    var collateral = Collateral()
    do throws(AppraisalError) { try collateral.add([UInt8](bytes)) } catch {
      precondition(!error.description.isEmpty)
      return false
    }
    return true
  }
}
