import Exact
import Foundation
import TestKit

extension ModelFixture {
  static func gemmaPath() throws -> String { try GivenModel.gemma3.path() }

  /// The lines of a file of vectors.
  static func lines<Line: Decodable>(_ name: String) throws -> [Line] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try vectors(name).split(separator: "\n").map { try decoder.decode(Line.self, from: Data($0.utf8)) }
  }
}
