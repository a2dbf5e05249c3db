import Foundation

/// A model that whoever runs the tests has to name. Its absence is a failure, never a reason to skip.
public struct GivenModel: Sendable {
  public struct Missing: Error, CustomStringConvertible {
    public let description: String
  }

  public static let smolLM2 = GivenModel(
    variable: "COLOPHON_TEST_MODEL", what: "the path of SmolLM2-135M-Instruct Q4_1 (GGUF, 98,362,432 bytes)")
  public static let gemma3 = GivenModel(
    variable: "COLOPHON_TEST_GEMMA", what: "the path of Gemma 3 270M Q4_K_M (GGUF, 253,113,024 bytes)")
  public static let miniLM = GivenModel(
    variable: "COLOPHON_TEST_MINILM", what: "the folder of all-MiniLM-L6-v2 (model.safetensors)")

  let variable: String
  let what: String

  /// Of the file, or of the folder.
  public func path() throws -> String {
    guard let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty else {
      throw Missing(description: "set \(variable) to \(what)")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw Missing(description: "\(variable) names \(path), which cannot be read; set it to \(what)")
    }
    return path
  }
}
