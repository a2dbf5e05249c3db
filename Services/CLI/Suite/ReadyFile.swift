import Codec
import Foundation

/// Where the running suite of a data folder listens, as `colophon up` leaves it for other commands.
struct ReadyFile {
  private let url: URL

  init(_ data: DataOption) { url = data.folder.appending(path: "up/ready.json") }

  func write(_ urls: [String: String]) throws {
    try Files.write(
      JSON.object(urls.sorted { $0.key < $1.key }.map { JSONMember($0, .string($1)) }).serialized(), to: url)
  }

  func remove() { try? FileManager.default.removeItem(at: url) }

  func urls() throws -> [String: String] {
    guard let data = FileManager.default.contents(atPath: url.path),
      let members = try JSON(parsing: Array(data)).objectValue
    else { throw Failure("no suite is up on this data folder: colophon up", status: 69) }
    return Dictionary(members.map { ($0.name, $0.value.stringValue ?? "") }) { first, _ in first }
  }
}
