public import Cryptography

/// What makes a model file the one that a manifest describes.
public struct ModelIdentity: Sendable, Equatable {
  public let fileDigest: Digest32
  public let fileBytes: UInt64
  /// SHA-256 of the chat template's text.
  public let templateDigest: Digest32
  /// Of the file: the most. Of a manifest: what is offered.
  public let contextLength: Int

  public init(fileDigest: Digest32, fileBytes: UInt64, templateDigest: Digest32, contextLength: Int) {
    self.fileDigest = fileDigest
    self.fileBytes = fileBytes
    self.templateDigest = templateDigest
    self.contextLength = contextLength
  }

  /// Throws `otherModel`, naming the part that differs, unless the file with this identity is the one that `manifest`
  /// describes. A manifest may offer a shorter context than the file has.
  public func require(_ manifest: ModelIdentity) throws(GenerationError) {
    guard fileBytes == manifest.fileBytes else {
      throw .otherModel(part: "file size", found: "\(fileBytes) bytes", expected: "\(manifest.fileBytes)")
    }
    guard fileDigest == manifest.fileDigest else {
      throw .otherModel(part: "file digest", found: fileDigest.hex, expected: manifest.fileDigest.hex)
    }
    guard templateDigest == manifest.templateDigest else {
      throw .otherModel(
        part: "chat template", found: templateDigest.hex, expected: manifest.templateDigest.hex)
    }
    guard (1...contextLength).contains(manifest.contextLength) else {
      throw .otherModel(
        part: "context length", found: "\(contextLength) tokens", expected: "\(manifest.contextLength)")
    }
  }
}
