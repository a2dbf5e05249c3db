internal import Cryptography

/// The firmware that a device's key was derived from, as its certificate says. Hopper and NVSwitches have the composite
/// device id of 2.23.133.5.4.1; Blackwell has DiceTcbInfo (TCG DICE Attestation Architecture, section 6.1.1) in
/// 2.23.133.5.4.1.1.
struct DICEIdentity {
  private static let compositeDeviceID = "2.23.133.5.4.1"
  private static let tcbInfo = "2.23.133.5.4.1.1"

  /// SHA-384 digests.
  let firmwareIDs: [[UInt8]]

  /// Nil for a certificate that is no device's.
  init?(_ certificate: X509Certificate) throws(AppraisalError) {
    if let value = certificate.extensionValue(Self.compositeDeviceID) {
      // SEQUENCE { version, device key, FWID }.
      var outer = DERReader(value)
      var fields = DERReader(try outer.next(0x30))
      _ = try fields.next(2)
      _ = try fields.next(0x30)
      firmwareIDs = [try Self.digest(fields.next(0x30))]
    } else if let value = certificate.extensionValue(Self.tcbInfo) {
      // SEQUENCE of optional fields with context tags; [6] is SEQUENCE OF FWID.
      var outer = DERReader(value)
      var fields = DERReader(try outer.next(0x30))
      var found: [[UInt8]] = []
      while !fields.isAtEnd {
        let (tag, content) = try fields.next()
        guard tag == 0xa6 else { continue }
        var list = DERReader(content)
        while !list.isAtEnd { found.append(try Self.digest(list.next(0x30))) }
      }
      firmwareIDs = found
    } else {
      return nil
    }
  }

  /// FWID: SEQUENCE { algorithm OID, digest OCTET STRING }.
  private static func digest(_ content: [UInt8]) throws(AppraisalError) -> [UInt8] {
    var reader = DERReader(content)
    _ = try reader.next(6)
    return try reader.next(4)
  }

  /// Whether the certificate was made for this firmware. Zeros stand for a part that was not measured.
  func contains(_ firmwareID: [UInt8]) -> Bool {
    firmwareIDs.contains(firmwareID) && firmwareID.contains { $0 != 0 }
  }
}
