import Codec
import Credit
import Cryptography
import Exact
import Foundation
import Receipts
import ServiceKit

/// One model on disk: `manifest.cose`, signed by the operator, and `model.gguf`.
struct ModelFolder {
  let id: String
  let folder: URL
  let data: DataOption

  /// Those of a data folder, in the order of their ids. A name that is no id is somebody else's.
  static func all(_ data: DataOption) -> [ModelFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: data.models.path)) ?? []
    return names.sorted().compactMap { try? ModelFolder(data: data, id: $0) }
  }

  init(data: DataOption, id: String) throws {
    guard (1...64).contains(id.utf8.count), id.utf8.allSatisfy({ Self.isPlain($0) }), id.first != "." else {
      throw Failure("\"\(id)\" is no model id: 1 to 64 of a-z A-Z 0-9 . _ -, not beginning with a dot", status: 64)
    }
    self.id = id
    self.data = data
    folder = data.models.appending(path: id, directoryHint: .isDirectory)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  var weights: URL { folder.appending(path: "model.gguf") }
  private var statement: URL { folder.appending(path: "manifest.cose") }

  /// The path of the weights, for commands that run them.
  func existingWeights() throws -> String {
    _ = try manifest()
    return weights.path
  }

  /// Copies the weights, wherever a link leads, and the signed manifest into a new folder.
  func copy(to target: URL) throws {
    do {
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      for file in [weights, statement] {
        let copy = target.appending(path: file.lastPathComponent)
        try FileManager.default.copyItem(at: file.resolvingSymlinksInPath(), to: copy)
      }
    } catch { throw Failure("cannot copy \(folder.path) to \(target.path): \(error.localizedDescription)", status: 73) }
  }

  func manifest() throws -> ModelManifest {
    guard FileManager.default.fileExists(atPath: statement.path) else {
      throw Failure("no model \(id) under \(data.models.path): colophon model add \(id)", status: 66)
    }
    return try ModelManifest(try SignedStatement(try Files.bytes(statement.path)).statement.predicate)
  }

  /// Where weights are before they have been checked, and how they get into the folder.
  private enum Source {
    case linked(URL)
    case fetched(URL)
    case there

    /// nil: in the folder already.
    var url: URL? {
      switch self {
      case .linked(let url), .fetched(let url): url
      case .there: nil
      }
    }
  }

  /// Fetches or links the weights, checks that this suite can run them, and signs the manifest. A model that is refused
  /// leaves no trace in the folder that the service reads.
  func add(file: String?, licence: String?, lineageFile: String?) async throws -> ModelManifest {
    let known = KnownModel.named(id)
    guard known != nil || file != nil else {
      let names = KnownModel.all.map(\.id).joined(separator: ", ")
      throw Failure("\(id) is not known by name (\(names)): give --model FILE", status: 64)
    }
    if case .encoder? = known?.kind {
      throw Failure("\(id) is an encoder, which has no manifest and takes no options of one", status: 64)
    }
    let source = try await source(file, known)
    let unchecked = source.url ?? weights
    var manifest = try describe(unchecked, fileName: file.map { URL(fileURLWithPath: $0).lastPathComponent })
    if let known, case .chat(let fileName, let lineage) = known.kind {
      for pinned in known.files where manifest.fileDigest != pinned.digest {
        throw Failure(
          "\(unchecked.path): SHA-256 is \(manifest.fileDigest), that of \(id) is \(pinned.digest)", status: 65)
      }
      if file == nil { manifest.fileName = fileName }
      manifest.name = known.name
      manifest.lineage = lineage
    }
    if let licence { manifest.licence = licence }
    if let lineageFile { manifest.lineage = try Lineage(json: try JSON(parsing: try Files.bytes(lineageFile))) }
    try place(source)
    if let old = try? self.manifest(), old == manifest { return old }
    try sign(manifest)
    return manifest
  }

  private func source(_ file: String?, _ known: KnownModel?) async throws -> Source {
    if let file {
      let url = URL(fileURLWithPath: file).standardizedFileURL
      guard FileManager.default.fileExists(atPath: url.path) else {
        throw Failure("--model \(file): no such file", status: 66)
      }
      if url.path == weights.standardizedFileURL.path { return .there }
      return .linked(url)
    }
    guard let known, !FileManager.default.fileExists(atPath: weights.path) else { return .there }
    let fetched = Self.fetched(known, data)
    try await ModelDownload(known, data: data, to: fetched).run()
    return .fetched(fetched.appending(path: known.files[0].name))
  }

  /// The folder that `colophon model fetch` fills: outside of what the suite serves.
  static func fetched(_ known: KnownModel, _ data: DataOption) -> URL {
    data.folder.appending(path: "fetched/\(known.id)", directoryHint: .isDirectory)
  }

  private func place(_ source: Source) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    switch source {
    case .there: break
    case .linked(let url):
      try? FileManager.default.removeItem(at: weights)
      try FileManager.default.createSymbolicLink(at: weights, withDestinationURL: url)
    case .fetched(let url):
      try? FileManager.default.removeItem(at: weights)
      try FileManager.default.moveItem(at: url, to: weights)
    }
  }

  private func describe(_ weights: URL, fileName: String?) throws -> ModelManifest {
    // Loading it is the check that this suite can run it.
    let model = try Model.load(path: weights.path, threads: ProcessInfo.processInfo.activeProcessorCount)
    let file = model.file
    _ = try Vocabulary(metadata: file.metadata)
    _ = try ChatTemplate(metadata: file.metadata)
    guard let template = file.metadata["tokenizer.chat_template"]?.string else {
      throw Failure("\(weights.path) has no chat template", status: 65)
    }
    let name = file.metadata["general.name"]?.string ?? id
    let byType = Dictionary(grouping: file.tensors, by: \.type).mapValues { $0.reduce(0) { $0 + $1.byteCount } }
    let main = byType.max { $0.value < $1.value }?.key
    let asset = LineageNode(id: id, kind: .model, name: name, contributor: CreditID.unattributed)
    return ModelManifest(
      id: id, name: name, architecture: file.metadata["general.architecture"]?.string ?? "",
      fileName: fileName ?? "model.gguf", fileDigest: file.digest(), fileBytes: UInt64(file.byteCount),
      quantization: main.map { "\($0)" } ?? "", template: SHA256.hash(Array(template.utf8)),
      profile: ExecutionPredicate.profileExact, contextLength: model.shape.contextLength,
      licence: file.metadata["general.license"]?.string ?? "unknown",
      lineage: try Lineage(root: id, nodes: [asset]))
  }

  private func sign(_ manifest: ModelManifest) throws {
    let key = try OperatorKey.load(data)
    let now = Int64(Date().timeIntervalSince1970)
    let signed = try SignedStatement(
      signing: try manifest.statement(issuer: OperatorKey.issuer, issuedAt: now), with: key)
    try Files.write(signed.bytes, to: statement)
  }
}
