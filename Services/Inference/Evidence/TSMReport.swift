internal import Glibc

/// One instance of Linux's configfs-tsm, `<folder>/colophon` (Documentation/ABI/testing/configfs-tsm; Linux 6.7).
///
/// The kernel's rules: making the folder makes the instance with its attributes. Up to 64 bytes are written to `inblob` in one
/// write; reading `outblob` then has the report made, and `auxblob` what came with it. `generation` increments with each write to
/// the instance, so whoever reads it before its write and after its reads, and finds other than one more, shares the instance with
/// somebody, and the report may be of the other's data. `provider` names the driver.
///
/// An instance that is there already is used and left there: root can make one for a service that may not.
struct TSMReport: Sendable {
  static let defaultFolder = "/sys/kernel/config/tsm/report"
  static let inputBytes = 64
  static let outputBytesMax = 1 << 20
  private static let attributeBytesMax = 64

  let folder: String

  private var instance: String { "\(folder)/colophon" }

  /// Errors: ``EvidenceFailure``, naming the attribute.
  func make(_ input: [UInt8], driver: String) throws -> (output: [UInt8], auxiliary: [UInt8]) {
    guard input.count == Self.inputBytes else {
      throw EvidenceFailure.refused("report data has \(input.count) bytes, not 64")
    }
    let isOurs = mkdir(instance, 0o700) == 0
    guard isOurs || errno == EEXIST else {
      throw DeviceFile.failure(
        "mkdir", instance,
        hint: "the kernel has no configfs-tsm, or this process may not use it: make the folder as its owner")
    }
    defer { if isOurs { rmdir(instance) } }
    let found = try attribute("provider")
    guard found == driver else {
      throw EvidenceFailure.refused(
        "\(instance)/provider is '\(found)', which is not the driver of this kind, '\(driver)'")
    }
    let before = try generation()
    try DeviceFile.writeOnce(input, to: "\(instance)/inblob")
    let output = try DeviceFile.read("\(instance)/outblob", limit: Self.outputBytesMax)
    guard !output.isEmpty else { throw EvidenceFailure.refused("\(instance)/outblob is empty") }
    let auxiliary =
      access("\(instance)/auxblob", F_OK) == 0
      ? try DeviceFile.read("\(instance)/auxblob", limit: Self.outputBytesMax) : []
    let after = try generation()
    guard after == before &+ 1 else {
      throw EvidenceFailure.refused(
        "\(instance)/generation went from \(before) to \(after), not to \(before &+ 1): somebody else writes to this instance"
      )
    }
    return (output, auxiliary)
  }

  private func generation() throws -> UInt64 {
    let text = try attribute("generation")
    guard let value = UInt64(text) else {
      throw EvidenceFailure.refused("\(instance)/generation is '\(text)', which is no number")
    }
    return value
  }

  /// One line of text.
  private func attribute(_ name: String) throws -> String {
    var bytes = try DeviceFile.read("\(instance)/\(name)", limit: Self.attributeBytesMax)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard bytes.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw EvidenceFailure.refused("\(instance)/\(name) is no line of text")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
