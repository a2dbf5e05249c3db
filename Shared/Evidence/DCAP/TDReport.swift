/// The body of a TD quote (Intel TDX DCAP Quoting Library API, appendix A.3): 584 bytes for TDX 1.0, 648 for 1.5.
struct TDReport {
  static let byteCount10 = 584
  static let byteCount15 = 648

  /// 16 versions: the TDX module's minor and major, then those of the TCB components.
  let teeTCBSVN: [UInt8]
  let mrSEAM, mrSignerSEAM: [UInt8]
  let seamAttributes, attributes, xfam: [UInt8]
  let mrTD, mrConfigID, mrOwner, mrOwnerConfig: [UInt8]
  let rtmrs: [[UInt8]]
  let reportData: [UInt8]
  /// TDX 1.5 only.
  let teeTCBSVN2, mrServiceTD: [UInt8]?

  init(_ bytes: [UInt8]) throws(AppraisalError) {
    var reader = ByteReader(bytes, "the TD report")
    teeTCBSVN = try reader.take(16, "TEE_TCB_SVN")
    mrSEAM = try reader.take(48, "MRSEAM")
    mrSignerSEAM = try reader.take(48, "MRSIGNERSEAM")
    seamAttributes = try reader.take(8, "SEAMATTRIBUTES")
    attributes = try reader.take(8, "TDATTRIBUTES")
    xfam = try reader.take(8, "XFAM")
    mrTD = try reader.take(48, "MRTD")
    mrConfigID = try reader.take(48, "MRCONFIGID")
    mrOwner = try reader.take(48, "MROWNER")
    mrOwnerConfig = try reader.take(48, "MROWNERCONFIG")
    var rtmrs: [[UInt8]] = []
    for index in 0..<4 { rtmrs.append(try reader.take(48, "RTMR\(index)")) }
    self.rtmrs = rtmrs
    reportData = try reader.take(64, "REPORTDATA")
    let has15 = bytes.count == Self.byteCount15
    teeTCBSVN2 = has15 ? try reader.take(16, "TEE_TCB_SVN_2") : nil
    mrServiceTD = has15 ? try reader.take(48, "MRSERVICETD") : nil
    try reader.end()
  }

  /// Bits 0 to 7 of the attributes are the group "TD under debug": any of them lets its host look inside.
  var isDebug: Bool { attributes[0] != 0 }
}
