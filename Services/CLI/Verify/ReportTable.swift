import Receipts

/// A report as people read it.
struct ReportTable {
  let report: VerificationReport

  init(_ report: VerificationReport) { self.report = report }

  var text: String {
    var lines = report.checks.map { check in
      "  \(check.name.rawValue.padded(to: 12)) \(check.state.rawValue.padded(to: 12)) \(check.detail)"
    }
    if !report.unmet.isEmpty {
      lines.append("  required and not passed: \(report.unmet.map(\.rawValue).joined(separator: ", "))")
    }
    lines.append(report.isAccepted ? "accepted" : "REFUSED")
    return lines.joined(separator: "\n")
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
