import CFuzzer
import Glibc

// fuzz TARGET [options of libFuzzer] [CORPUS...]   looks for inputs that break a reader
// fuzz TARGET --replay FILE...                     gives it these, and holds the names of the files to the outcome

guard let target = FuzzTarget.chosen else {
  say("usage: fuzz TARGET [--replay] ...; targets: \(FuzzTarget.all.map { $0.name }.joined(separator: " "))")
  exit(64)
}
if CommandLine.arguments.dropFirst(2).first == "--replay" {
  exit(Replay(target).run(Array(CommandLine.arguments.dropFirst(3))))
}

// libFuzzer takes the target's name for its own: everything before its options.
var count = CommandLine.argc - 1
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(
  LLVMFuzzerRunDriver(&count, &words) { data, size in
    _ = FuzzTarget.chosen?.accepts(UnsafeRawBufferPointer(start: data, count: size))
    return 0
  })
