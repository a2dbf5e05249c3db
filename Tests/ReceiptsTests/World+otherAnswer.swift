import Testing

@testable import Receipts

extension World {
  /// What is said of the answer is held against the one that the execution commits to, and no other.
  func expectOtherAnswerRefused(sourceLocation: SourceLocation = #_sourceLocation) throws {
    var world = self
    let other = try Opening(
      salt: Self.salt("other"),
      data: AnswerContent(choices: [.init(index: 0, text: Self.text, finishReason: .stop)]).encoded())
    world.openings = { $0[.content] = other }
    let report = try world.report()
    #expect(report[.attribution]?.state == .fail, sourceLocation: sourceLocation)
    #expect(
      report.detail(.attribution).contains("content: opens to another commitment"), "\(report.checks)",
      sourceLocation: sourceLocation)
  }
}
