import Cryptography
import Foundation
import Receipts

/// What a model signature is about: a folder, or one file, on disk.
struct ModelFiles {
  /// Below a folder, what belongs to git and not to the model.
  private static let ofGit = [".git", ".gitattributes", ".github", ".gitignore"]
  private static let depthMax = 64

  let url: URL
  /// The name of a model of this data folder, when it was given by its id.
  let id: String?
  private let isFolder: Bool

  /// A path, or else the id of a model: its weights, wherever a link leads.
  init(_ name: String, data: DataOption) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) {
      url = URL(fileURLWithPath: name).standardizedFileURL
      id = nil
      self.isFolder = isFolder.boolValue
      return
    }
    url = URL(fileURLWithPath: try ModelFolder(data: data, id: name).existingWeights()).resolvingSymlinksInPath()
    id = name
    self.isFolder = false
  }

  /// Where a signature is when nobody says: in the folder, or beside the file.
  var signature: URL {
    isFolder
      ? url.appending(path: "model.sig")
      : url.deletingLastPathComponent().appending(path: url.lastPathComponent + ".sig")
  }

  /// What to leave out when this is signed: git's files, and the signature where it is inside.
  func ignored(_ signature: URL) -> [String] {
    guard isFolder else { return [] }
    let (folder, file) = (url.path + "/", signature.standardizedFileURL.path)
    return Self.ofGit + (file.hasPrefix(folder) ? [String(file.dropFirst(folder.count))] : [])
  }

  /// Every file with its digest, or those of its shards; and the files that are empty, where shards say nothing of them. A link
  /// is refused unless `followsLinks`, which follows those to files; so is a pipe or device.
  func list(
    _ serialization: ModelSerialization, ignoring ignored: [String], followsLinks: Bool
  ) throws -> (listed: ModelResources, unlisted: [String]) {
    var found = Found(serialization: serialization)
    if isFolder {
      try walk("", Set(ignored.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }), followsLinks, 0, &found)
    } else {
      try add(url, ".", &found)
    }
    do {
      let resources = try ModelResources(
        model: url.lastPathComponent, serialization: serialization, resources: found.resources, ignored: ignored,
        followsLinks: followsLinks)
      return (resources, found.unlisted)
    } catch { throw Failure("\(url.path): \(error)", status: 65) }
  }

  private struct Found {
    let serialization: ModelSerialization
    var resources: [ModelResources.Resource] = []
    var unlisted: [String] = []
  }

  private func walk(
    _ folder: String, _ ignored: Set<String>, _ followsLinks: Bool, _ depth: Int, _ found: inout Found
  ) throws {
    guard depth < Self.depthMax else { throw Failure("\(url.path)/\(folder) is \(depth) folders deep", status: 65) }
    let here = folder.isEmpty ? url : url.appending(path: folder)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: here.path) else {
      throw Failure("cannot list \(here.path)", status: 66)
    }
    for name in names.sorted() {
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      if ignored.contains(path) { continue }
      let whole = url.appending(path: path)
      var type = try? FileManager.default.attributesOfItem(atPath: whole.path)[.type] as? FileAttributeType
      if type == .typeSymbolicLink {
        guard followsLinks else {
          throw Failure("\(whole.path) is a link: what it leads to can change, so only files are signed", status: 65)
        }
        type =
          try? FileManager.default.attributesOfItem(atPath: whole.resolvingSymlinksInPath().path)[.type]
          as? FileAttributeType
        guard type == .typeRegular else {
          throw Failure("\(whole.path) is a link to something that is no file", status: 65)
        }
      }
      switch type {
      case .typeDirectory?: try walk(path, ignored, followsLinks, depth + 1, &found)
      case .typeRegular?: try add(whole, path, &found)
      default: throw Failure("\(whole.path) is neither file nor folder", status: 65)
      }
      guard found.resources.count + found.unlisted.count <= ModelResources.countMax else {
        throw Failure("\(url.path) has more than \(ModelResources.countMax) files or shards", status: 65)
      }
    }
  }

  /// In pieces, so that the file's size does not matter.
  private func add(_ file: URL, _ path: String, _ found: inout Found) throws {
    let listed: [ModelResources.Resource]
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { try? handle.close() }
      var digests = ModelFileDigests(path: path, serialization: found.serialization)
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        try piece.withUnsafeBytes { try digests.update($0) }
      }
      listed = try digests.finish()
    } catch let error as ReceiptError {
      throw Failure("\(file.path): \(error)", status: 65)
    } catch { throw Failure("cannot read \(file.path)", status: 66) }
    found.resources += listed
    if listed.isEmpty { found.unlisted.append(path) }
  }
}
