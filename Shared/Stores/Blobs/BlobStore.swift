internal import Cryptography

/// Blobs as files, each named after its own SHA-256: `ab/cd/sha256:abcd...`. What was put is durable, never changes,
/// and is verified each time it is read.
public final class BlobStore: Sendable {
  /// The largest blob, in bytes.
  public let bytesMax: Int
  private let root: OpenFolder
  private let temporary: TemporaryFiles
  private let disk = DiskQueue("blobs", concurrent: true)

  /// Opens `folder`, making it if need be. `folder.tmp` beside it holds files being written: both are this store's
  /// alone. Errors: ``StoreFileError``.
  public init(folder: String, bytesMax: Int = 16 << 20, calls: FileCalls = .system) throws {
    self.bytesMax = bytesMax
    root = try OpenFolder(making: folder, calls: calls)
    temporary = try TemporaryFiles(folder: "\(folder).tmp", calls: calls)
  }

  /// Stores blobs and returns their names, in order, once all are durable. Putting a blob again is no error, and puts
  /// back one that the disk has damaged. Errors: ``BlobError/tooLarge(bytes:max:)``, ``StoreFileError``.
  public func put(_ blobs: [[UInt8]]) async throws -> [BlobName] {
    for blob in blobs where blob.count > bytesMax { throw BlobError.tooLarge(bytes: blob.count, max: bytesMax) }
    return try await disk.run { [self] in
      var touched: [String: OpenFolder] = [:]
      let names = try blobs.map { blob in
        let name = BlobName(of: blob)
        guard let folder = try folder(of: name, making: true) else { throw BlobError.missing(name) }
        touched[folder.path] = folder
        if try intact(name, in: folder) == nil {
          try temporary.move(try temporary.write(blob), to: "\(name)", in: folder)
        }
        return name
      }
      // Also for those that were there: whoever put them may have died before this.
      for folder in touched.values { try folder.sync() }
      return names
    }
  }

  /// The bytes of a blob, verified. Errors: ``BlobError``, ``StoreFileError``.
  public func get(_ name: BlobName) async throws -> [UInt8] {
    try await disk.run { [self] in
      guard let folder = try folder(of: name, making: false),
        let bytes = try folder.read("\(name)", bytesMax: bytesMax)
      else { throw BlobError.missing(name) }
      let found = BlobName(of: bytes)
      guard found == name else { throw BlobError.damaged(name, found: found) }
      return bytes
    }
  }

  /// Where a blob's file is below the folder.
  static func place(of name: BlobName) -> String {
    let hex = name.digest.hex
    return "\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(name)"
  }

  /// The bytes when they are there and right.
  private func intact(_ name: BlobName, in folder: OpenFolder) throws -> [UInt8]? {
    do {
      guard let bytes = try folder.read("\(name)", bytesMax: bytesMax) else { return nil }
      return BlobName(of: bytes) == name ? bytes : nil
    } catch StoreFileError.tooLarge {
      return nil
    }
  }

  private func folder(of name: BlobName, making: Bool) throws(StoreFileError) -> OpenFolder? {
    let hex = name.digest.hex
    return try root.folder(hex.prefix(2), making: making)?.folder(hex.dropFirst(2).prefix(2), making: making)
  }
}
