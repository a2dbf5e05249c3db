import Codec
import Cryptography

/// A small JSON file of an embedding model's folder, whose members are taken by name and checked.
struct ConfigFile {
  /// Within the folder.
  let name: String
  let json: JSON
  let digest: Digest32
  private let file: MappedFile

  init(folder: String, name: String) throws(EmbeddingError) {
    let file: MappedFile
    do { file = try MappedFile(path: "\(folder)/\(name)") } catch { throw .file(error) }
    let limits = JSONLimits(byteCountMax: 16 << 20, depthMax: 16, valueCountMax: 1 << 20)
    guard file.byteCount <= limits.byteCountMax else {
      throw .json(
        file: name,
        .limit(name: "the number of bytes", limit: limits.byteCountMax, got: file.byteCount, offset: 0))
    }
    do { json = try JSON(parsing: file.withBytes { Array($0) }, limits: limits) } catch {
      throw .json(file: name, error)
    }
    self.name = name
    self.file = file
    digest = file.digest()
  }

  /// An integer member in a range.
  func integer(_ member: String, in range: ClosedRange<Int>) throws(EmbeddingError) -> Int {
    guard let value = json[member]?.intValue, let number = Int(exactly: value), range.contains(number) else {
      throw unsupported(member, json[member], "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A member, of the file or of a part of it, that must have this one value.
  func require(_ value: JSON, at path: String..., orMissing: Bool = false) throws(EmbeddingError) {
    var found: JSON? = json
    for name in path { found = found?[name] }
    if found == value || (orMissing && (found == nil || found == .null)) { return }
    throw unsupported(path.joined(separator: "."), found, value.text)
  }

  func unsupported(_ member: String, _ found: JSON?, _ supported: String) -> EmbeddingError {
    .unsupported(file: name, member: member, found: found?.text ?? "missing", supported: supported)
  }

  func requireUnchanged() throws(EmbeddingError) {
    do { try file.requireUnchanged() } catch { throw .file(error) }
  }
}
