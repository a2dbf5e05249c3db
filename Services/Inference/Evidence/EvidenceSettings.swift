internal import Cryptography
internal import Evidence
internal import Glibc
internal import Receipts
internal import ServiceKit

/// Where this service gets evidence of trusted hardware from, and how often.
struct EvidenceSettings: Sendable {
  /// Nil: it offers none.
  let kind: EvidenceDocument.Kind?
  let epochMs: UInt64
  /// A folder of what appraising needs.
  let collateral: String?
  let tsmFolder: String
  let nsmDevice: String
  /// A file of 32 bytes; nil: the service's own, made at first use.
  let simulatedRoot: String?

  static let storageURL = "storage-url"

  init(_ values: SettingsValues) throws {
    kind = EvidenceDocument.Kind(rawValue: try values.string("evidence"))
    epochMs = UInt64(max(0, try values.duration("evidence-epoch") / .milliseconds(1)))
    guard epochMs >= 1000 else {
      throw SettingsError.contradiction("evidence-epoch must be at least 1s: an answer begins within it")
    }
    collateral = values.optionalString("evidence-collateral")
    tsmFolder = try values.string("evidence-tsm")
    nsmDevice = try values.string("evidence-nsm")
    simulatedRoot = values.optionalString("evidence-simulated-root")
    if kind == nil {
      for name in Self.table.map(\.name) where name.hasPrefix("evidence-") && values.isGiven(name) {
        throw SettingsError.contradiction("\(name) is given, and evidence is none: name a kind, or leave it away")
      }
    } else if values.optionalString(Self.storageURL) == nil {
      throw SettingsError.unset(name: Self.storageURL)
    }
  }

  /// Everything in the folder that is not hidden, in the order of names. Errors: a file that no appraisal reads.
  func readCollateral() throws -> [[UInt8]] {
    guard let folder = collateral else { return [] }
    guard let entries = opendir(folder) else { throw DeviceFile.failure("open the folder", folder) }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    var known = Collateral()
    return try names.sorted().map { name in
      let bytes = try SmallFile.read("\(folder)/\(name)", limit: Collateral.fileBytesMax)
      do { try known.add(bytes) } catch { throw EvidenceFailure.refused("\(folder)/\(name): \(error)") }
      return bytes
    }
  }

  static let table = [
    Setting(
      "evidence", .choice(["none"] + EvidenceDocument.Kind.allCases.map(\.rawValue)), default: "none",
      help: "Evidence of trusted hardware for the key that signs executions. 'simulated' shows no hardware."),
    Setting(
      "evidence-epoch", .duration, default: "24h",
      help: "How long one piece of evidence stands before the next is made."),
    Setting(
      "evidence-collateral", .path,
      help:
        "Folder of certificates, revocation lists and Intel's answers that go with the evidence; read anew for each."),
    Setting(
      "evidence-tsm", .path, default: TSMReport.defaultFolder,
      help: "Folder of configfs-tsm, for tdx and sev-snp; its folder 'colophon' is made unless it is there."),
    Setting("evidence-nsm", .path, default: NitroProvider.defaultDevice, help: "Device of the Nitro Secure Module."),
    Setting(
      "evidence-simulated-root", .path,
      help: "File of 32 bytes, the root key of simulated evidence; the service's keys/simulated-root.key unless set."),
    Setting(
      storageURL, .url, help: "Address of the storage service, which keeps evidence; needed where there is any."),
  ]
}
