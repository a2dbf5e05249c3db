internal import Glibc

/// Gives files to a target, one after another. A file whose name begins with `refused-` must be refused, one with
/// `accepted-` accepted; of any other only that nothing breaks.
package struct Replay {
  private let target: FuzzTarget

  init(_ target: FuzzTarget) { self.target = target }

  /// Prints `N passed, N failed` at the end, and each file before it is read, so that a crash has a name.
  func run(_ paths: [String]) -> CInt {
    var failed = 0
    for path in paths {
      say("\(target.name) \(path)")
      if let why = fault(path) {
        say("failed: \(path): \(why)")
        failed += 1
      }
    }
    say("\(paths.count - failed) passed, \(failed) failed")
    return failed == 0 ? 0 : 1
  }

  private func fault(_ path: String) -> String? {
    guard let bytes = Self.read(path) else { return "cannot be read" }
    // Memory of exactly this size, so that the sanitizer sees a read past its end.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    let accepted = target.accepts(UnsafeRawBufferPointer(memory))
    let name = path.split(separator: "/").last ?? ""
    if accepted, name.hasPrefix("refused-") { return "was accepted" }
    if !accepted, name.hasPrefix("accepted-") { return "was refused" }
    return nil
  }

  package static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
    return ferror(file) == 0 ? bytes : nil
  }
}

/// A line on standard output that is there at once, whatever happens next.
func say(_ text: String) {
  let line = Array((text + "\n").utf8)
  precondition(write(STDOUT_FILENO, line, line.count) == line.count)
}
