/// The body of an SGX report (Intel SDM volume 3D, "REPORT"): 384 bytes, little-endian.
struct EnclaveReport {
  static let byteCount = 384

  let bytes: [UInt8]
  let cpuSVN: [UInt8]
  let miscSelect: [UInt8]
  /// 16 bytes: flags and XFRM.
  let attributes: [UInt8]
  let mrEnclave: [UInt8]
  let mrSigner: [UInt8]
  let isvProductID: Int
  let isvSVN: Int
  let reportData: [UInt8]

  init(_ bytes: [UInt8]) throws(AppraisalError) {
    self.bytes = bytes
    var reader = ByteReader(bytes, "the SGX report")
    cpuSVN = try reader.take(16, "CPUSVN")
    miscSelect = try reader.take(4, "MISCSELECT")
    _ = try reader.take(28, "reserved")
    attributes = try reader.take(16, "ATTRIBUTES")
    mrEnclave = try reader.take(32, "MRENCLAVE")
    _ = try reader.take(32, "reserved")
    mrSigner = try reader.take(32, "MRSIGNER")
    _ = try reader.take(96, "reserved")
    isvProductID = try reader.u16("ISVPRODID")
    isvSVN = try reader.u16("ISVSVN")
    _ = try reader.take(60, "reserved")
    reportData = try reader.take(64, "REPORTDATA")
    try reader.end()
  }

  /// Bit 1 of the flags: a debugger may read and write the enclave.
  var isDebug: Bool { attributes[0] & 2 != 0 }
}
