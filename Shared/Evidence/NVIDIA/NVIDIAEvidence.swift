internal import Codec
internal import Cryptography

/// What one GPU or NVSwitch sent: its signed measurements and its certificates, leaf first.
struct NVIDIAEvidence {
  static let deviceCountMax = 16

  let measurements: SPDMMeasurements
  let certificates: [X509Certificate]

  /// Reads the JSON that NVIDIA's attestation SDK writes, `[{"nonce": "hex", "evidence": "base64", "certificate":
  /// "base64 of PEM"}, ...]`, or the bare measurements of one device, whose chain is then the collateral's certificates.
  static func read(_ bytes: [UInt8], _ collateral: Collateral) throws -> [NVIDIAEvidence] {
    guard let first = bytes.first, first == UInt8(ascii: "[") || first == UInt8(ascii: "{") else {
      return [NVIDIAEvidence(measurements: try SPDMMeasurements(bytes), certificates: collateral.certificates)]
    }
    let json = try JSON(parsing: bytes)
    let devices = json.arrayValue ?? json["evidences"]?.arrayValue ?? [json]
    guard (1...deviceCountMax).contains(devices.count) else {
      throw AppraisalError.limit(name: "the number of devices", limit: deviceCountMax, got: devices.count)
    }
    return try devices.map { try NVIDIAEvidence($0) }
  }

  private init(measurements: SPDMMeasurements, certificates: [X509Certificate]) {
    self.measurements = measurements
    self.certificates = certificates
  }

  private init(_ json: JSON) throws {
    guard let evidence = json["evidence"]?.stringValue, let certificate = json["certificate"]?.stringValue else {
      throw AppraisalError.format("the GPU evidence", why: "it needs the texts evidence and certificate")
    }
    measurements = try SPDMMeasurements(Base64.decode(evidence))
    certificates = try X509Bundle(pem: Base64.decode(certificate)).certificates
    if let nonce = json["nonce"]?.stringValue {
      guard Hex.decode(nonce) == measurements.nonce else {
        throw AppraisalError.format("the GPU evidence", why: "its nonce is not the one that the device signed")
      }
    }
  }
}
