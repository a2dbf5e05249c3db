import Exact
import Foundation

/// A sentence encoder on disk: a folder named on the command line, or one of the suite's under its id.
struct EncoderFolder {
  let folder: URL

  /// Where `colophon model add` puts the encoder with this id.
  init(id: String, data: DataOption) { folder = Self.place(id, data) }

  /// A folder, or else an id.
  init(naming name: String, data: DataOption) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue {
      self.folder = URL(fileURLWithPath: name, isDirectory: true)
      return
    }
    guard let known = KnownModel.named(name), case .encoder = known.kind else {
      throw Failure("--model \(name): no such folder, and no encoder that is known by name", status: 66)
    }
    let folder = Self.place(name, data)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw Failure("no encoder \(name) in \(folder.path): colophon model add \(name)", status: 66)
    }
    self.folder = folder
  }

  private static func place(_ id: String, _ data: DataOption) -> URL {
    data.folder.appending(path: "inference/encoders/\(id)", directoryHint: .isDirectory)
  }

  func load(kernel: KernelChoice = .automatic, threads: Int) throws -> EmbeddingModel {
    do { return try EmbeddingModel.load(folder: folder.path, kernel: kernel, threads: threads) } catch {
      throw Failure("\(folder.path): \(error)", status: 65)
    }
  }
}
