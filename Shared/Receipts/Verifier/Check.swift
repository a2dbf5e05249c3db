/// One line of a verification.
public struct Check: Sendable, Equatable {
  /// The checks, in the order in which they are printed (DESIGN section 5).
  public enum Name: String, Sendable, CaseIterable {
    case signatures, binding, content, inclusion, witnesses, time, model, reexecution, tee, proof, attribution, custody
  }

  public enum State: String, Sendable {
    case pass, fail
    /// Could be checked, and was not: something is missing here.
    case notChecked = "not_checked"
    /// The suite that made this bundle does not offer it.
    case notOffered = "not_offered"
  }

  public let name: Name
  public let state: State
  /// For people: what was checked, or why not.
  public let detail: String

  public init(_ name: Name, _ state: State, _ detail: String) {
    self.name = name
    self.state = state
    self.detail = detail
  }
}

/// All checks of one bundle, in order; one line for each name, never a bare boolean.
public struct VerificationReport: Sendable, Equatable {
  public let receiptID: ReceiptID?
  public let checks: [Check]
  /// Names that the policy requires and that are not `pass`.
  public let unmet: [Check.Name]

  public subscript(name: Check.Name) -> Check? { checks.first { $0.name == name } }

  /// Nothing failed, and everything that the policy requires passed.
  public var isAccepted: Bool { unmet.isEmpty && !checks.contains { $0.state == .fail } }
}
