import ArgumentParser
import Credit
import Foundation

/// One contributor of the demonstration: a folder of documentation.
struct DemoSource {
  static let filesMax = 4_096
  static let fileBytesMax = 2 << 20
  private static let bytesMax = 64 << 20

  private static let prefix = "debian.org/"

  /// Of the package.
  let name: String
  let files: [URL]

  var contributor: String { Self.prefix + name }

  /// The folders in `folder`, by name. Errors: `Failure` where there is none, or one without a page.
  static func all(in folder: URL) throws -> [DemoSource] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    let sources = names.compactMap { name -> DemoSource? in
      var isFolder: ObjCBool = false
      let place = folder.appending(path: name, directoryHint: .isDirectory)
      guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), isFolder.boolValue else {
        return nil
      }
      return DemoSource(name: name, files: pages(place))
    }
    guard !sources.isEmpty else {
      throw Failure("\(folder.path) has no folders: Deploy/demo-credit makes them", status: 66)
    }
    for source in sources where source.files.isEmpty {
      throw Failure("\(folder.path): \(source.contributor) has no page of HTML or text", status: 65)
    }
    return sources
  }

  /// Regular files alone: packages link to what they do not hold.
  private static func pages(_ folder: URL) -> [URL] {
    let keys: [URLResourceKey] = [.isRegularFileKey, .fileSizeKey]
    guard let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: keys) else { return [] }
    var left = bytesMax
    let all = found.compactMap { $0 as? URL }.sorted { $0.path < $1.path }
    // Text beside HTML is most often its source: the same words twice.
    let html = all.filter { ["html", "htm"].contains($0.pathExtension) }
    let files = html.isEmpty ? all.filter { $0.pathExtension == "txt" } : html
    return files.filter { file in
      guard let values = try? file.resourceValues(forKeys: Set(keys)), values.isRegularFile == true,
        let size = values.fileSize, (1...fileBytesMax).contains(size), size <= left
      else { return false }
      left -= size
      return true
    }.prefix(filesMax).map { $0 }
  }

  /// Registers the contributor, commits to its files and to the passages of them that are shown, and reveals them. Done
  /// before, it changes nothing.
  func register(_ data: DataOption) async throws {
    let folder = ["--data", data.data]
    try await ContributorAdd.parse([contributor, "--name", contributor] + folder).run()
    let licence = "see /usr/share/doc/\(name)/copyright"
    func register(_ asset: String, _ contents: [String]) async throws {
      try await AssetCommit.parse(
        [asset] + contents + ["--contributor", contributor, "--kind", "documents", "--licence", licence] + folder
      ).run()
      try await AssetReveal.parse([asset, "--contributor", contributor] + folder).run()
    }
    try await register("\(contributor)/pages", files.map(\.path))
    let texts = try passages().map(\.text)
    let records = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: records) }
    for first in stride(from: 0, to: texts.count, by: Asset.contentCountMax) {
      let some = Array(texts[first..<min(first + Asset.contentCountMax, texts.count)])
      try Files.write(RecordFile.encoded(some), to: records)
      try await register("\(contributor)/passages/\(first / Asset.contentCountMax)", ["--records", records.path])
    }
  }

  /// As a part of a path.
  var pathID: String { contributor.replacingOccurrences(of: "/", with: "%2F") }

  func passages() throws -> [DemoPassage] {
    try files.flatMap { file in
      let page = DemoPage(
        try Files.bytes(file.path), isHTML: file.pathExtension != "txt", name: file.lastPathComponent)
      return DemoPassage.all(in: page, of: contributor)
    }
  }
}
