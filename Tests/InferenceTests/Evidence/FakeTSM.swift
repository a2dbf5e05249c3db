import Foundation
import Glibc
import Synchronization

@testable import InferenceService

/// A folder that looks like an instance of configfs-tsm, and a thread that answers as the kernel does. `inblob` and `outblob` are
/// FIFOs, so that each side waits for the other and nothing is timed.
final class FakeTSM: Sendable {
  let folder: TemporaryFolder
  private let instance: String

  init(driver: String, auxiliary: [UInt8]? = nil) throws {
    // A reader that has had enough hangs up on the thread that answers.
    signal(SIGPIPE, SIG_IGN)
    folder = try TemporaryFolder()
    instance = "\(folder.path)/colophon"
    try FileManager.default.createDirectory(atPath: instance, withIntermediateDirectories: true)
    try put(Array("\(driver)\n".utf8), "provider")
    try put(Array("0\n".utf8), "generation")
    if let auxiliary { try put(auxiliary, "auxblob") }
    for name in ["inblob", "outblob"] {
      guard mkfifo("\(instance)/\(name)", 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
  }

  private func put(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(filePath: "\(instance)/\(name)"))
  }

  /// Answers one request on a thread of its own, and hands on what was asked.
  /// - Parameter writes: how many writes `generation` counts: 1, unless somebody else writes too.
  func serve(writes: UInt64 = 1, _ answer: @escaping @Sendable ([UInt8]) -> [UInt8]) {
    let (instance, before) = (instance, generation)
    Thread.detachNewThread {
      // Foundation reads as many bytes as a file says that it has, which of a FIFO is none.
      let asked = (try? DeviceFile.read("\(instance)/inblob", limit: 4096)) ?? []
      try? Data("\(before + writes)\n".utf8).write(to: URL(filePath: "\(instance)/generation"))
      guard let out = FileHandle(forWritingAtPath: "\(instance)/outblob") else { return }
      try? out.write(contentsOf: Data(answer(asked)))
      try? out.close()
    }
  }

  var generation: UInt64 {
    let text = (try? String(contentsOfFile: "\(instance)/generation", encoding: .utf8)) ?? ""
    return UInt64(text.dropLast()) ?? 0
  }
}
