import ArgumentParser
import Foundation
import MerkleLog

struct LogMonitor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor", abstract: "Follow a log and raise a proof when it shows two histories.",
    discussion: """
      Keeps the last checkpoint that it believed in --state. Each time it looks, the new checkpoint must be signed, its
      new tiles must lead to its root, and its tree must continue the kept one. Exit status:
        0   the log is consistent (with --once), or the monitor was stopped
        2   a fork: the log has signed two histories. --proof holds both checkpoints and what shows it, for everybody:
            colophon log monitor --verify-proof FILE --vkey KEY checks it offline and ends with 0 when it holds
        3   the log is smaller than it was, or its tiles do not lead to the root it signed: wrong, but not provable
        69  the log does not answer (with --once; otherwise it is asked again)
      """)

  @Argument(help: "Folder or address of the log.") var log: String?
  @Option(help: "File that keeps the last checkpoint; the first look makes it.") var state: String?
  @Option(help: "File for a proof of a fork.") var proof = "fork-proof.json"
  @Option(help: "Check such a file instead.") var verifyProof: String?
  @Option(help: "Seconds between two looks.") var interval: Int = 10
  @Flag(help: "Look once.") var once = false
  @OptionGroup var key: LogKeyOption

  func validate() throws {
    guard verifyProof != nil || (log != nil && state != nil) else {
      throw ValidationError("LOG and --state are needed")
    }
    guard (1...86_400).contains(interval) else { throw ValidationError("--interval must be from 1 to 86400") }
  }

  func run() async throws {
    try await Failure.report {
      let policy = try key.policy()
      if let verifyProof { return try verify(verifyProof, policy) }
      guard let log, let state else { return }
      let watch = LogWatch(source: LogSource(log), policy: policy, state: URL(fileURLWithPath: state))
      while true {
        do {
          let (old, new) = try watch.look()
          if old != new || once {
            Console.out("\(log): \(new) entries\(old.map { ", continues the \($0) seen" } ?? "")")
          }
        } catch let fork as LogWatch.Fork {
          try Files.write(fork.proof.encoded, to: URL(fileURLWithPath: proof))
          throw Failure("\(log) has signed two histories: \(proof) proves it", status: 2)
        } catch let failure as Failure where failure.status == 69 && !once {
          Console.error("\(failure)")
        }
        if once { return }
        try await Task.sleep(for: .seconds(interval))
      }
    }
  }

  private func verify(_ file: String, _ policy: CheckpointPolicy) throws {
    do { try ForkProof(parsing: try Files.bytes(file)).verify(policy: policy) } catch let failure as Failure {
      throw failure
    } catch { throw Failure("\(file): \(error)", status: 65) }
    Console.out("\(file): the key \(policy.logKey.name) has signed two histories")
  }
}
