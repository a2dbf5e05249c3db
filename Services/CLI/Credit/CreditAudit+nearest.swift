import Credit
import Cryptography
import Exact
import Foundation
import Receipts
import ServiceKit

/// What nearest records are found again with.
struct NearestSources {
  /// Nil: the log is not asked.
  let data: DataOption?
  /// Of the texts that attribution had.
  let collections: String?
  /// The sentence encoder: a folder, or an id of the suite's.
  let encoder: String?
}

extension CreditAudit {
  /// The stated nearest records against the opened ones; nil for a policy that credits none.
  func nearestRow(_ stated: StatedNearest?) -> Row? {
    guard policy.nearest != nil || stated != nil else { return nil }
    func row(_ state: String, _ detail: String) -> Row { Row(name: "nearest", state: state, detail: detail) }
    guard let stated else { return row(Row.closed, "no records near to this answer were looked for") }
    guard let nearest else {
      return row(Row.closed, "the records near to the answer are not opened: its owner's bundle opens them")
    }
    let due = nearest.stated
    guard stated.commitment == due.commitment else {
      return row(Row.differs, "the opened lines are not those that were committed to")
    }
    guard stated == due else {
      return row(
        Row.differs,
        "stated \(stated.lines) lines of \(stated.classes) classes by \(stated.method) under \(stated.root), recomputed "
          + "\(due.lines) of \(due.classes) by \(due.method) under \(due.root)")
    }
    let lines = nearest.lines.map(Self.text).joined(separator: ", ")
    return row(Row.equal, "\(due.lines) lines of \(due.method)" + (lines.isEmpty ? "" : ": \(lines)"))
  }

  /// The scores computed again, from the log, the texts and the encoder; nil where none are opened.
  func neighbours(_ sources: NearestSources) async throws -> Row? {
    guard let nearest, let parameters = policy.nearest else { return nil }
    func row(_ state: String, _ detail: String) -> Row { Row(name: "distances", state: state, detail: detail) }
    let size = nearest.registry.size
    guard let data = sources.data, let folder = sources.collections, let name = sources.encoder else {
      return row(
        Row.closed,
        "--registry, --collections FOLDER and --encoder FOLDER compute them again from the texts of \(size) entries")
    }
    guard let reader = try await RegistryClient.read(data, ofLogWith: nearest.registry) else {
      return row(Row.differs, "the log had no tree of \(size) entries with this root")
    }
    let encoder = try AuditEncoder(name, data)
    guard encoder.identity == nearest.encoder else {
      return row(
        Row.differs, "\(name) is the encoder \(encoder.identity.named), stated is \(nearest.encoder.named)")
    }
    for (choice, text) in answer.enumerated() {
      let due = try EncodedText.query(text).map { try encoder.vectors([$0])[0] } ?? []
      guard nearest.queries[choice] == due else {
        return row(Row.differs, "at choice \(choice): its vector is another than that of its text")
      }
    }
    let texts = try Self.registered(folder, reader.registry, at: nearest.registry)
    let vectors = try encoder.vectors(texts.map(\.text))
    let registered = try RegisteredNearest(
      Dictionary(zip(texts.map(\.record), vectors)) { first, _ in first }, by: encoder.identity, in: reader.registry,
      at: nearest.registry, policy: parameters)
    return try compare(nearest, registered)
  }

  private func compare(_ nearest: AnswerNearest, _ registered: RegisteredNearest) throws -> Row {
    func row(_ state: String, _ detail: String) -> Row { Row(name: "distances", state: state, detail: detail) }
    let due = try registered.lines(nearest.queries)
    let others =
      registered.registry.records == nearest.registry.records
      ? "" : "; the texts of --collections are others than those of then"
    if let difference = Self.difference(nearest.lines, due, "found", Self.text) {
      return row(Row.differs, difference + others)
    }
    guard others.isEmpty, registered.classCount == nearest.classes else {
      return row(Row.differs, "at no line, of \(registered.classCount) classes and not \(nearest.classes)\(others)")
    }
    return row(
      Row.equal,
      "\(due.count) lines, by the encoder from the texts registered in the log's first \(nearest.registry.size) entries"
    )
  }

  /// The texts of a folder that were registered, as retrieval has them: none that is longer than a document may be.
  private static func registered(
    _ folder: String, _ registry: Registry, at snapshot: RegistrySnapshot
  ) throws -> [(record: Digest32, text: String)] {
    var texts: [(record: Digest32, text: String)] = []
    for file in try FolderFiles.read(folder, bytesMax: 64 << 20) {
      for text in try CollectionTexts.read(file.name, file.bytes)
      where text.utf8.count <= RequestedDocument.textBytesMax {
        let record = SHA256.hash(Array(text.utf8))
        if registry.owner(of: record, inLogOf: snapshot.size) != nil { texts.append((record, text)) }
      }
    }
    return texts
  }

  private static func text(_ line: NearestLine) -> String {
    "\(line.contributor) \(line.score) (\(line.asset), committed at \(line.committed))"
  }
}

/// A sentence encoder on this machine, whose vectors are int8.
private struct AuditEncoder {
  private static let batch = 32

  let identity: Digest32
  private let model: EmbeddingModel
  private let pool: ThreadPool
  private let name: String

  init(_ name: String, _ data: DataOption) throws {
    let threads = min(max(1, ProcessInfo.processInfo.activeProcessorCount), ThreadPool.maxThreads)
    model = try EncoderFolder(naming: name, data: data).load(threads: threads)
    pool = try ThreadPool(threads: threads)
    identity = model.identity
    self.name = name
  }

  func vectors(_ texts: [String]) throws -> [[Int8]] {
    var vectors: [[Int8]] = []
    for start in stride(from: 0, to: texts.count, by: Self.batch) {
      let part = Array(texts[start..<min(start + Self.batch, texts.count)])
      do { vectors += try model.embed(part, truncates: true, pool: pool).map { QuantizedVector.make($0) } } catch {
        throw Failure("\(name): \(error)", status: 65)
      }
    }
    return vectors
  }
}
