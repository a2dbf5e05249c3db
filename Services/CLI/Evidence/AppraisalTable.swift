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
    return lines.map(visible).joined(separator: "\n")
  }

  /// Evidence is hostile: no control character of it reaches the terminal.
  private func visible(_ line: String) -> String {
    String(String.UnicodeScalarView(line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
