internal import Cryptography

/// Checks that all kinds of evidence share.
extension Worksheet {
  /// `chain`, `validity` and `revocation` of a path from `leaf`. Returns it when the chain holds.
  mutating func checkPath(
    from leaf: X509Certificate, through others: [X509Certificate], _ collateral: Collateral, _ policy: AppraisalPolicy,
    at time: Int64
  ) -> X509Path? {
    let roots = policy.roots(kind)
    let path = check(.chain) {
      let known = Set(roots.map(\.der))
      let intermediates = (others + collateral.certificates).filter { !known.contains($0.der) }
      let path = try X509Path(from: leaf, through: intermediates.withoutRepeats, to: roots)
      return (path, path.certificates.map(\.subject).joined(separator: " <- "))
    }
    guard let path else {
      // Of several devices another one's may have passed.
      for name in [SubCheck.Name.validity, .revocation] { record(name, .notChecked, Self.unreached) }
      return nil
    }
    check(.validity) {
      try path.checkValidity(at: time)
      return "all \(path.certificates.count) certificates are valid at the time"
    }
    check(.revocation) {
      guard collateral.hasList(of: path) else {
        throw AppraisalError.missing("a revocation list of these issuers")
      }
      try path.checkRevocation(collateral.revocationLists, at: collateral.currentAt ?? time)
      return "no certificate is on its issuer's list"
    }
    return path
  }

  /// `measurements`: each name of the policy is a claim, of any check, whose value the policy lists.
  mutating func checkMeasurements(_ policy: AppraisalPolicy) {
    guard !policy.measurements.isEmpty else {
      record(.measurements, .notChecked, "the policy lists no measurements")
      return
    }
    let claims = allClaims
    check(.measurements) {
      for (name, allowed) in policy.measurements.sorted(by: { $0.key < $1.key }) {
        guard let claim = claims.first(where: { $0.name == name }) else {
          throw AppraisalError.refused(
            "the evidence has no \(name); it has \(claims.map(\.name).joined(separator: ", "))")
        }
        guard allowed.contains(claim.value) else {
          throw AppraisalError.refused("\(name) is \(claim.value), which the policy does not list")
        }
      }
      return "\(policy.measurements.count) are as the policy lists them"
    }
  }

  /// `nonce` and `report_data`: equality with the policy's. Nil: this kind of evidence has none here.
  mutating func checkFreshness(nonce: [UInt8]?, reportData: [UInt8]?, _ policy: AppraisalPolicy) {
    compare(.nonce, nonce, policy.nonce, "nonce")
    // A fixed field of the hardware is longer than what was put into it: zeros follow.
    let padded = policy.reportData.map { expected in
      expected + [UInt8](repeating: 0, count: max(0, (reportData?.count ?? 0) - expected.count))
    }
    compare(.reportData, reportData, padded, "report data")
  }

  private mutating func compare(_ name: SubCheck.Name, _ found: [UInt8]?, _ expected: [UInt8]?, _ what: String) {
    guard let expected else {
      record(name, .notChecked, "the policy expects no \(what)")
      return
    }
    check(name) {
      guard let found else { throw AppraisalError.refused("the evidence has no \(what)") }
      guard ConstantTime.equal(found, expected) else {
        throw AppraisalError.refused("the \(what) is \(Hex.encode(found)), not the policy's")
      }
      return "is the policy's"
    }
  }
}

extension [X509Certificate] {
  /// Each certificate once: evidence and collateral often repeat them.
  var withoutRepeats: [X509Certificate] {
    var seen = Set<[UInt8]>()
    return filter { seen.insert($0.der).inserted }
  }
}
