/// Whose hardware, or whose gateway, made the evidence.
public enum EvidenceKind: String, Sendable, CaseIterable {
  /// AWS Nitro Enclaves attestation document.
  case nitro
  /// Intel TDX quote, version 4 or 5.
  case tdx
  /// Intel SGX quote, version 3.
  case sgx
  /// AMD SEV-SNP attestation report.
  case sevSNP = "sev-snp"
  /// NVIDIA GPU or NVSwitch measurements over SPDM.
  case nvidiaGPU = "nvidia-gpu"
  /// TPM 2.0 quote, by itself or bound to the hardware report of an Azure confidential VM.
  case vTPM = "vtpm"
  /// The text that a gateway signs at `/v1/signature/{id}`, by ECDSA or Ed25519.
  case signedText = "signed-text"
  /// Attested Inference Receipt, version 1.
  case air
  /// Receipt of Attested Confidential Inference, version `aci/1`.
  case aci
  /// A statement by a root key of somebody's own: it shows no hardware.
  case simulated
}
