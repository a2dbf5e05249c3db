internal import CFuzzer
internal import Glibc
internal import Synchronization

/// A program that holds some targets.
///
///     PROGRAM TARGET [options of libFuzzer] [CORPUS...]   looks for inputs that break a reader
///     PROGRAM TARGET --replay FILE...                     gives it these, and holds the names of the files to the outcome
package enum FuzzProgram {
  /// What libFuzzer's callbacks, which take no context, work on.
  static let chosen = Mutex<FuzzTarget?>(nil)

  package static func run(_ targets: [FuzzTarget]) -> Never {
    let arguments = CommandLine.arguments
    guard let target = targets.first(where: { $0.name == arguments.dropFirst().first }) else {
      say("usage: \(arguments[0]) TARGET [--replay] ...; targets: \(targets.map(\.name).joined(separator: " "))")
      exit(64)
    }
    if arguments.dropFirst(2).first == "--replay" { exit(Replay(target).run(Array(arguments.dropFirst(3)))) }
    chosen.withLock { $0 = target }
    // libFuzzer takes the target's name for its own: everything before its options.
    var count = CommandLine.argc - 1
    var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    exit(
      LLVMFuzzerRunDriver(&count, &words) { data, size in
        _ = FuzzProgram.chosen.withLock { $0 }?.accepts(UnsafeRawBufferPointer(start: data, count: size))
        return 0
      })
  }
}
