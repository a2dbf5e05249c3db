internal import Codec
internal import Cryptography
internal import Receipts

/// Intel's list of TCB levels for one family of platforms (Intel PCS API version 4, "Get TCB Info"; version 2 of the
/// structure for SGX as well).
struct TCBInfo: IntelAnswer {
  struct Level {
    /// 16 versions each; the second only for TDX.
    let sgx: [Int]
    let tdx: [Int]?
    let pceSVN: Int
    let status: TCBStatus
    let advisories: [String]
  }

  let isTDX: Bool
  let fmspc, pceID: [UInt8]
  let issueDate, nextUpdate: Int64
  let levels: [Level]
  private let fields: CollateralFields

  init(_ json: JSON) throws(AppraisalError) {
    let fields = try CollateralFields(json, "tcbInfo")
    self.fields = fields
    let version = try fields.number("version")
    switch version {
    case 2: isTDX = false
    case 3:
      let id = try fields.text("id")
      guard ["SGX", "TDX"].contains(id) else { throw .format("tcbInfo.id", why: "is neither SGX nor TDX") }
      isTDX = id == "TDX"
    default: throw .format("tcbInfo.version", why: "\(version) is neither 2 nor 3")
    }
    // How levels compare; Intel has defined 0 only.
    guard try fields.number("tcbType") == 0 else { throw .format("tcbInfo.tcbType", why: "is not 0") }
    let isTDX = isTDX
    fmspc = try fields.hex("fmspc", count: 6)
    pceID = try fields.hex("pceId", count: 2)
    issueDate = try fields.time("issueDate")
    nextUpdate = try fields.time("nextUpdate")
    var levels: [Level] = []
    for level in try fields.objects("tcbLevels") {
      let tcb = try level.object("tcb")
      levels.append(
        Level(
          sgx: version == 2 ? try Self.named(tcb) : try Self.listed(tcb, "sgxtcbcomponents"),
          tdx: isTDX ? try Self.listed(tcb, "tdxtcbcomponents") : nil, pceSVN: try tcb.number("pcesvn"),
          status: try level.status(), advisories: level.advisories))
    }
    self.levels = levels
  }

  private static func listed(_ tcb: CollateralFields, _ name: String) throws(AppraisalError) -> [Int] {
    var versions: [Int] = []
    for component in try tcb.objects(name) { versions.append(try component.number("svn")) }
    guard versions.count == 16 else { throw .format("tcbInfo.\(name)", why: "has \(versions.count) entries, not 16") }
    return versions
  }

  /// `sgxtcbcomp01svn` to `sgxtcbcomp16svn`.
  private static func named(_ tcb: CollateralFields) throws(AppraisalError) -> [Int] {
    var versions: [Int] = []
    for index in 1...16 { versions.append(try tcb.number("sgxtcbcomp\(index < 10 ? "0" : "")\(index)svn")) }
    return versions
  }

  /// The first level that the platform reaches in every part. `svn`: the 16 versions of the TD report, for TDX.
  func level(of platform: PCKCertificate, svn: [UInt8]?) throws(AppraisalError) -> Level {
    // From major version 1 on, the first two are the TDX module's own, which has levels of its own.
    let first = svn.map { $0[1] > 0 ? 2 : 0 } ?? 0
    for level in levels {
      guard platform.pceSVN >= level.pceSVN, (0..<16).allSatisfy({ platform.components[$0] >= level.sgx[$0] }) else {
        continue
      }
      if let svn {
        guard let tdx = level.tdx, (first..<16).allSatisfy({ Int(svn[$0]) >= tdx[$0] }) else { continue }
      }
      return level
    }
    throw .refused("no TCB level of Intel's list is reached by this platform")
  }

  /// The status of the TDX module that measured the domain, and its advisories.
  func module(of report: TDReport) throws(AppraisalError) -> (status: TCBStatus, advisories: [String]) {
    let major = report.teeTCBSVN[1]
    guard major > 0 else {
      try checkModule(try fields.object("tdxModule"), report)
      return (.upToDate, [])
    }
    let id = "TDX_" + Hex.encode([major])
    guard let identity = try fields.objects("tdxModuleIdentities").first(where: { $0.json["id"]?.stringValue == id })
    else { throw .refused("Intel's list has no TDX module \(id)") }
    try checkModule(identity, report)
    for level in try identity.objects("tcbLevels") {
      if Int(report.teeTCBSVN[0]) >= (try level.object("tcb").number("isvsvn")) {
        return (try level.status(), level.advisories)
      }
    }
    throw .refused("no TCB level of the TDX module \(id) is reached")
  }

  private func checkModule(_ module: CollateralFields, _ report: TDReport) throws(AppraisalError) {
    guard try module.hex("mrsigner", count: 48) == report.mrSignerSEAM else {
      throw .refused("the TDX module is signed by another key than Intel's list says")
    }
    let expected = try module.hex("attributes", count: 8)
    guard Masked.equal(report.seamAttributes, expected, mask: try module.hex("attributesMask", count: 8)) else {
      throw .refused("the TDX module has other attributes than Intel's list says")
    }
  }
}
