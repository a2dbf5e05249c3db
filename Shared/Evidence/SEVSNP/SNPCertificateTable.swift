internal import Cryptography

/// The certificates that a host hands its guest beside a report (AMD 56421, "SEV-ES Guest-Hypervisor Communication Block
/// Standardization", "SNP_GUEST_REQUEST Message NAE Events"; Linux: `auxblob` of configfs-tsm): entries of a GUID, an offset and a
/// length, little-endian, ended by one of zeros; then the certificates in DER.
public enum SNPCertificateTable {
  static let bytesMax = 64 << 10
  static let entriesMax = 16

  /// The certificates and revocation lists in it, whatever they are called. An empty table has none. Errors: an entry that lies
  /// outside of the table.
  public static func certificates(_ bytes: [UInt8]) throws(AppraisalError) -> [[UInt8]] {
    guard bytes.count <= bytesMax else {
      throw .limit(name: "the size of the certificate table", limit: bytesMax, got: bytes.count)
    }
    var found: [[UInt8]] = []
    var reader = ByteReader(bytes, "the certificate table")
    while reader.remaining > 0 {
      let guid = try reader.take(16, "the name of an entry")
      let offset = try reader.u32("the offset of an entry")
      let count = try reader.u32("the length of an entry")
      if guid.allSatisfy({ $0 == 0 }) { return found }
      guard found.count < entriesMax else {
        throw .limit(name: "the entries of the certificate table", limit: entriesMax, got: entriesMax + 1)
      }
      // Both are below 2^32: no sum overflows.
      guard offset >= reader.offset, count > 0, offset + count <= bytes.count else {
        throw .format(
          "the certificate table",
          why: "the entry \(Hex.encode(guid)) lies at \(offset) with \(count) bytes, in a table of \(bytes.count)")
      }
      found.append(Array(bytes[offset..<offset + count]))
    }
    return found
  }
}
