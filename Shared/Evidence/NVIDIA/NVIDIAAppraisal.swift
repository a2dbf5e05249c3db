internal import Cryptography

/// Appraises the measurements of NVIDIA GPUs or NVSwitches: every device of the evidence must pass every check.
///
/// The reference measurements are the policy's (`measurement1` and so on); NVIDIA's signed manifests of them (RIM) are
/// not read.
struct NVIDIAAppraisal {
  let policy: AppraisalPolicy
  let collateral: Collateral
  let time: Int64

  func appraise(_ evidence: [UInt8]) -> Appraisal {
    var sheet = Worksheet(
      .nvidiaGPU,
      planned: [.format, .chain, .validity, .revocation, .signature, .identity, .measurements, .nonce, .reportData],
      // NVIDIA says by OCSP, online, what is revoked; a policy may ask for lists.
      optional: [.revocation], policy: policy)
    let read = sheet.check(.format) {
      try Appraiser.checkSize(evidence)
      let devices = try NVIDIAEvidence.read(evidence, collateral)
      return (devices, "\(devices.count) device\(devices.count == 1 ? "" : "s")")
    }
    guard let devices = read else { return sheet.finish(at: time) }
    for (index, device) in devices.enumerated() {
      claim(device.measurements, prefix: devices.count == 1 ? "" : "device\(index).", in: &sheet)
      appraise(device, in: &sheet)
      sheet.checkFreshness(nonce: device.measurements.nonce, reportData: nil, policy)
    }
    return sheet.finish(at: time)
  }

  private func appraise(_ device: NVIDIAEvidence, in sheet: inout Worksheet) {
    guard let leaf = device.certificates.first else {
      for name in [SubCheck.Name.chain, .validity, .signature, .identity] {
        sheet.record(name, .notChecked, "\(AppraisalError.missing("the device's certificate"))")
      }
      return
    }
    _ = sheet.checkPath(from: leaf, through: Array(device.certificates.dropFirst()), collateral, policy, at: time)
    sheet.check(.signature) {
      let signature = device.measurements.signature
      guard leaf.publicKey.isValid(signature: signature, for: device.measurements.signed, scheme: .ecdsaP384SHA384)
      else { throw AppraisalError.refused("the signature is not that of '\(leaf.subject)'") }
      return "ECDSA P-384 by \(leaf.commonName ?? leaf.subject)"
    }
    sheet.check(.identity) { try identity(leaf, device.measurements) }
  }

  /// The signer is a device and not one of its issuers, and runs the firmware that its key was derived from.
  private func identity(_ leaf: X509Certificate, _ measurements: SPDMMeasurements) throws(AppraisalError) -> String {
    guard let identity = try DICEIdentity(leaf) else {
      throw .refused("'\(leaf.subject)' is no device's certificate: it names no firmware")
    }
    // A switch does not report its firmware's digest.
    guard let reported = measurements[.firmwareID] else { return "a device's certificate" }
    guard identity.contains(reported) else {
      let certified = identity.firmwareIDs.map(Hex.encode).joined(separator: ", ")
      throw .refused("the firmware is \(Hex.encode(reported)), the certificate is for \(certified)")
    }
    return "the certificate is for this firmware"
  }

  private func claim(_ measurements: SPDMMeasurements, prefix: String, in sheet: inout Worksheet) {
    sheet.claim("\(prefix)nonce", measurements.nonce)
    if let driver = measurements[.driver] {
      sheet.claim("\(prefix)driver", String(decoding: driver.prefix { $0 != 0 }, as: UTF8.self))
    }
    if let vbios = measurements[.vbios] { sheet.claim("\(prefix)vbios", vbios.reversed()) }
    if let firmware = measurements[.firmwareID] { sheet.claim("\(prefix)firmware_id", firmware) }
    for block in measurements.blocks { sheet.claim("\(prefix)measurement\(block.index)", block.value) }
  }
}
