import Evidence

/// An appraisal as people read it.
struct AppraisalTable {
  let appraisal: Appraisal

  init(_ appraisal: Appraisal) { self.appraisal = appraisal }

  var text: String {
    let width = appraisal.checks.map(\.label.count).max() ?? 0
    var lines = appraisal.checks.map { check in
      "  \(check.label.padded(to: width)) \(check.state.rawValue.padded(to: 12)) \(check.detail)"
    }
    lines += appraisal.claims.map { "  \($0.name) = \($0.value)" }
    if !appraisal.unmet.isEmpty {
      lines.append("  required and not passed: \(appraisal.unmet.joined(separator: ", "))")
    }
    lines.append(appraisal.isAccepted ? "accepted" : "REFUSED")
    return lines.joined(separator: "\n")
  }
}
