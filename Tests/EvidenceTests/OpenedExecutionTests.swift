import Cryptography
import Evidence
import Receipts
import Testing

@Suite struct OpenedExecutionTests {
  private func refused(
    _ text: String, _ edit: (inout Executed) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var executed = try Executed.honest()
    try edit(&executed)
    do throws(any Error) {
      _ = try executed.opened()
      Issue.record("the evidence was taken", sourceLocation: sourceLocation)
    } catch let error as EvidenceError {
      #expect("\(error)".contains(text), "\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test("pieces that are not the evidence of one execution are refused by name")
  func pieces() throws {
    for field in [CommittedField.request, .message(0), .content, .tokens, .activation] {
      try refused("the opening \(field) is missing") { $0.openings[field] = nil }
    }
    try refused("the opening activation is missing") { $0.openings = [:] }
    // Of several the first by name.
    let names: [CommittedField] = [.content, .message(0), .request, .tokens]
    for (at, field) in names.enumerated() {
      for last in at..<names.count {
        let gone = [field] + names[last...]
        try refused("the opening \(field) is missing") { executed in
          for one in gone { executed.openings[one] = nil }
        }
        try refused("the opening \(field) does not open") { executed in
          for one in gone { executed.openings[one] = try Opening(salt: [UInt8](repeating: 0, count: 32), data: [1]) }
        }
      }
    }
    for field in [CommittedField.request, .message(0), .content, .tokens] {
      try refused("the opening \(field) does not open") {
        $0.openings[field] = try Opening(salt: [UInt8](repeating: 0, count: 32), data: [1])
      }
    }
    for field in [CommittedField.wire, .stream, .message(1)] {
      try refused("the opening \"\(field)\" is of nothing") { $0.openings[field] = $0.openings[.tokens] }
    }
    try refused("the model statement has the manifest") { $0.manifest.licence = "MIT" }
    try refused("the model statement has the manifest") { $0.execution.manifest = SHA256.hash([1]) }
    try refused("the profile is opaque/1") { $0.execution.profile = "opaque/1" }
    try refused("the profile is exact/2") {
      $0.manifest.profile = "exact/2"
      $0.execution.manifest = try $0.manifest.digest()
    }
  }

  @Test("what is opened has the bytes of all openings")
  func bytes() throws {
    var executed = try Executed.honest()
    let before = try executed.opened().openedBytes
    let tokens = TokenIDs.encode([executed.tokens]).count
    #expect(before > tokens)
    try executed.replace(.tokens, [UInt8](repeating: 0, count: tokens + 1000))
    #expect(try executed.opened().openedBytes == before + 1000)
  }
}
