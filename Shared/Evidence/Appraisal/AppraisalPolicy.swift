public import Cryptography

/// What one who relies on the evidence accepts. The default refuses debug environments, zero PCRs and every TCB that is
/// not up to date, and trusts the vendors' roots, which stand in this module byte by byte.
public struct AppraisalPolicy: Sendable {
  /// Roots by kind, instead of the vendors' own.
  public var roots: [EvidenceKind: [X509Certificate]]
  /// Ed25519 keys and Ethereum addresses whose signatures count where there is no certificate, in lower-case hexadecimal.
  public var signers: Set<String>
  /// Ed25519 keys, in lower-case hexadecimal, whose simulated evidence counts. Empty: nobody's does.
  public var simulatedRoots: Set<String>
  /// Allowed values by the name of a claim, spelt as the claim is. Empty: any software is accepted.
  public var measurements: [String: Set<String>]
  /// What the nonce must be.
  public var nonce: [UInt8]?
  /// What the report data (Nitro: user data) must begin with; zeros must follow.
  public var reportData: [UInt8]?
  /// The TCB statuses of DCAP that are good enough.
  public var tcbStatuses: Set<String>
  /// The least security version of each part of an AMD processor's TCB, by name: `boot_loader`, `tee`, `snp`,
  /// `microcode`, `fmc`.
  public var tcbMinimum: [String: Int]
  /// Whether an environment that its owner can look into is accepted.
  public var allowsDebug: Bool
  /// Checks that must pass besides those that always must.
  public var required: Set<SubCheck.Name>

  /// The default policy.
  public init() {
    roots = [:]
    signers = []
    simulatedRoots = []
    measurements = [:]
    tcbStatuses = ["UpToDate"]
    tcbMinimum = [:]
    allowsDebug = false
    required = []
  }

  /// The roots for one kind of evidence.
  func roots(_ kind: EvidenceKind) -> [X509Certificate] { roots[kind] ?? VendorRoots.of(kind) }
}
