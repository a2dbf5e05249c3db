import Foundation
import Testing

@testable import AttributionService

/// Texts that contributors registered, and offices that have them.
extension Office {
  /// Puts a file into the folder that `--collections` names.
  mutating func keep(_ text: String, as file: String) throws {
    let folder = "\(folder)/collections"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(file)"))
    collections = folder
  }

  /// The lines of a file of records.
  static func records(_ texts: [String]) -> String {
    texts.map { #"{"text":"\#($0)"}"# }.joined(separator: "\n")
  }

  /// What ``withCompass(nobodys:_:)`` registers: three of ada's and one of eve's.
  static let compass = ["north 0 100", "east 100 0", "northeast 70 70", "south 0 -100"]
}

/// An office whose collections are a text and a copy of it, and a log in which ada registered the text as `book`, and eve then the
/// copy as `mine`: 7 entries.
func withCopy(of text: String, _ work: (inout Office, TownLog) async throws -> Void) async throws {
  try await withOffice { office in
    let copy = text + " copied"
    try office.keep(text, as: "book.txt")
    try office.keep(Office.records([copy]), as: "mine.jsonl")
    let log = try TownLog()
    try log.add("ada", "eve")
    try log.register(text, as: "book", by: "ada")
    try log.register(copy, as: "mine", by: "eve")
    try await work(&office, log)
  }
}

/// An office whose collections are the compass and a text that nobody registered, and a log in which ada registered the first three
/// as `book`, and eve the last as `south`: 7 entries.
func withCompass(
  nobodys text: String, _ work: (inout Office, TownLog, FakeEncoder) async throws -> Void
) async throws {
  try await withOffice { office in
    let texts = Office.compass
    try office.keep(Office.records(texts + [text]), as: "records.jsonl")
    let log = try TownLog()
    try log.add("ada", "eve")
    try log.register(texts[0], texts[1], texts[2], as: "book", by: "ada")
    try log.register(texts[3], as: "south", by: "eve")
    try await work(&office, log, FakeEncoder())
  }
}
