import Codec

/// Standard input as JSON objects, one a line; answers to standard output, one a line, flushed.
enum JSONLines {
  /// `work` answers a line with members, or throws: then the line's answer is `{"error"}` and the next line goes on.
  static func answer(_ work: (JSON) throws -> JSON) throws {
    var failed = 0
    while let line = readLine() {
      guard !line.isEmpty else { continue }
      do {
        Console.out(try work(try JSON(parsing: Array(line.utf8))).text)
      } catch {
        failed += 1
        Console.out(JSON.object([JSONMember("error", .string("\(error)"))]).text)
      }
    }
    guard failed == 0 else { throw Failure("\(failed) lines were refused", status: 65) }
  }
}

extension JSON {
  /// The member `name` as token ids.
  func tokens(_ name: String) throws -> [UInt32] {
    guard let values = self[name]?.arrayValue else { throw Failure("\(name) must be an array of token ids") }
    return try values.map { value in
      guard let id = value.intValue.flatMap({ UInt32(exactly: $0) }) else {
        throw Failure("\(name) holds \(value.text)")
      }
      return id
    }
  }
}
