import Exact
import Foundation

extension ModelFixture {
  static let gemmaVariable = "COLOPHON_TEST_GEMMA"

  /// Path of Gemma 3 270M Q4_K_M. Its absence is a failure, never a reason to skip.
  static func gemmaPath() throws -> String {
    guard let path = ProcessInfo.processInfo.environment[gemmaVariable], !path.isEmpty else {
      throw Missing(description: "set \(gemmaVariable) to the path of Gemma 3 270M Q4_K_M (GGUF, 253,113,024 bytes)")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw Missing(description: "\(gemmaVariable) names \(path), which cannot be read")
    }
    return path
  }

  /// The lines of a file of vectors.
  static func lines<Line: Decodable>(_ name: String) throws -> [Line] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try vectors(name).split(separator: "\n").map { try decoder.decode(Line.self, from: Data($0.utf8)) }
  }
}
