/// The parts of an AMD processor's trusted computing base, each with a security version of one byte (AMD 56860, "TCB_VERSION").
public enum TCBPart: String, Sendable, CaseIterable {
  case bootLoader = "boot_loader"
  case tee, snp, microcode
  /// Turin only.
  case fmc

  /// Their names, for whoever wrote another.
  public static var choices: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
