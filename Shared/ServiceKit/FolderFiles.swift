internal import Glibc

/// The regular files of one folder, whole.
public enum FolderFiles {
  public static let countMax = 65_536

  /// By name, in order. Errors: `FileError`, also for an entry that is no regular file: nothing is passed over in silence.
  ///
  /// - Parameter bytesMax: of all files together.
  public static func read(_ folder: String, bytesMax: Int) throws(FileError) -> [(name: String, bytes: [UInt8])] {
    guard let stream = opendir(folder) else { throw .last("list", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name != ".", name != ".." else { continue }
      guard names.count < countMax else { throw .tooLarge(path: "\(folder) (files in it)", limit: countMax) }
      names.append(name)
    }
    var (files, left): ([(name: String, bytes: [UInt8])], Int) = ([], bytesMax)
    for name in names.sorted() {
      let path = "\(folder)/\(name)"
      var status = stat()
      guard stat(path, &status) == 0 else { throw .last("stat", path) }
      guard Int(status.st_size) <= left else { throw .tooLarge(path: "\(folder) (up to \(name))", limit: bytesMax) }
      let bytes = try SmallFile.read(path, limit: Int(status.st_size))
      left -= bytes.count
      files.append((name, bytes))
    }
    return files
  }
}
