import Cryptography
import Foundation
import TestKit
import Testing

@testable import Credit

@Suite final class SegmentFileTests {
  private let folder: URL
  private let documents: [SpanDocument]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "colophon-spans-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var random = SplitMix64(state: 1)
    documents = (0..<9).map { at in
      SpanDocument(
        owner: "o\(at % 4)", commitment: UInt64(9 - at), id: SHA256.hash([UInt8(at)]),
        tokens: (0..<20 * at).map { _ in UInt32.random(in: 0..<40, using: &random) })
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  @Test(arguments: [0, 70_000] as [UInt32]) func aFileGivesBackWhatWasWritten(shift: UInt32) throws {
    let documents = documents.map { document in
      var document = document
      document.tokens = document.tokens.map { $0 + shift }
      return document
    }
    let segment = try SpanSegment(documents)
    try segment.write(to: path("a"))
    let read = try SpanSegment(path: path("a"))
    #expect(read.documents == documents.sorted { $0.standing < $1.standing })
    #expect(read.longestMatches(documents[8].tokens) == segment.longestMatches(documents[8].tokens))
    #expect(read.layout.symbolBytes == (shift == 0 ? 2 : 4))
    #expect(!FileManager.default.fileExists(atPath: path("a.partial")))
  }

  @Test func theBytesDoNotDependOnTheOrderOfTheDocuments() throws {
    try SpanSegment(documents).write(to: path("a"))
    try SpanSegment(documents.reversed()).write(to: path("b"))
    #expect(try Data(contentsOf: URL(filePath: path("a"))) == Data(contentsOf: URL(filePath: path("b"))))
  }

  /// Whatever a damaged file does, it does not crash: it is refused, or answers something.
  @Test func noDamagedFileLeadsOutsideOfItself() throws {
    try SpanSegment(documents).write(to: path("a"))
    let whole = try Data(contentsOf: URL(filePath: path("a")))
    var refused = 0
    // All bytes of header and documents, and some of the rest; all in a long run.
    for at in Array(0..<600) + stride(from: 600, to: whole.count, by: TestSize.pick(23, long: 1)) {
      var bytes = whole
      bytes[at] ^= at % 2 == 0 ? 0xff : 0x40
      try bytes.write(to: URL(filePath: path("b")))
      do throws(CreditError) {
        let segment = try SpanSegment(path: path("b"))
        for document in documents {
          _ = segment.longestMatches(document.tokens)
          _ = segment.earliest(document.tokens.prefix(9))
        }
        _ = segment.documents
      } catch {
        refused += 1
      }
    }
    #expect(refused > 50)
  }

  @Test func filesThatAreNoIndexAreRefused() throws {
    try SpanSegment(documents).write(to: path("a"))
    let whole = try Data(contentsOf: URL(filePath: path("a")))
    for bytes in [Data(), whole.prefix(63), whole.prefix(whole.count - 1), whole + [0], Data(count: 4_096)] {
      try bytes.write(to: URL(filePath: path("b")))
      #expect(throws: CreditError.self) { try SpanSegment(path: self.path("b")) }
    }
    #expect(throws: CreditError.self) { try SpanSegment(path: self.path("missing")) }
    #expect(throws: CreditError.self) { try SpanSegment(path: self.folder.path) }
    #expect(throws: CreditError.self) { try SpanSegment(self.documents).write(to: self.path("no/such/folder")) }
  }
}
