/// One line of an appraisal.
public struct SubCheck: Sendable, Equatable {
  /// In the order in which they are printed.
  public enum Name: String, Sendable, CaseIterable {
    /// The evidence is of its format, whole, with nothing behind it.
    case format
    /// Certificates lead from the signer to a root of the policy.
    case chain
    /// Each of them is valid at the time of the appraisal, and so is the evidence where it has a time.
    case validity
    /// None of them is revoked.
    case revocation
    /// The evidence is signed by the key at the end of the chain.
    case signature
    /// DCAP: the report of the quoting enclave is signed by the platform's key and binds the quote's key.
    case quotingEnclave = "quoting_enclave"
    /// DCAP: the quoting enclave is Intel's, by its signed identity.
    case quotingEnclaveIdentity = "quoting_enclave_identity"
    /// DCAP: the TCB info is signed by Intel, current, and of this platform.
    case tcbInfo = "tcb_info"
    /// The certificate was issued for this chip and firmware.
    case identity
    /// The security version of hardware and firmware is one that the policy accepts.
    case tcb
    /// The key that signed is one that the policy lists: it has no certificate.
    case signer
    /// What was signed is of our own request and response.
    case exchange
    /// A gateway says that it verified whom it forwarded to.
    case upstream
    /// The environment cannot be looked into from outside.
    case debug
    /// vTPM: the PCR values are those that were quoted.
    case pcrs
    /// vTPM: the hardware's report vouches for the TPM's key.
    case binding
    /// What runs inside is what the policy lists.
    case measurements
    /// The nonce is the policy's.
    case nonce
    /// The report data is the policy's.
    case reportData = "report_data"
  }

  public enum State: String, Sendable {
    case pass, fail
    case notChecked = "not_checked"
  }

  public let name: Name
  /// True for a check of the hardware report inside other evidence.
  public let ofHardware: Bool
  public let state: State
  /// For people: what was checked, or why not.
  public let detail: String

  public init(_ name: Name, ofHardware: Bool = false, _ state: State, _ detail: String) {
    self.name = name
    self.ofHardware = ofHardware
    self.state = state
    self.detail = detail
  }

  /// The name as it is printed: `chain`, or `hardware.chain` inside other evidence.
  public var label: String { ofHardware ? "hardware.\(name.rawValue)" : name.rawValue }
}
