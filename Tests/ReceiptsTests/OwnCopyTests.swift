import Codec
import Testing

@testable import Receipts

/// What the caller kept of the exchange decides, whatever was signed.
@Suite struct OwnCopyTests {
  private let body = World().body

  private func state(_ request: [UInt8], _ world: World = World()) throws -> Check.State? {
    try world.report(ownRequest: request)[.content]?.state
  }

  @Test func `my own request is compared with what was asked, whatever its spelling`() throws {
    let members = try #require(try JSON(parsing: body).objectValue)
    let spaced = JSON.object(members.reversed()).serialized().flatMap { $0 == UInt8(ascii: ",") ? [$0, 10, 32] : [$0] }
    #expect(spaced != body)
    for copy in [body, spaced] {
      let report = try World().report(ownRequest: copy)
      #expect(report.isAccepted && report.detail(.content).hasSuffix(", my request is what was asked"))
    }
    var edits: [[JSONMember]] = [members + [JSONMember("user", "me")], Array(members.dropLast()), []]
    for index in members.indices {
      var edited = members
      edited[index].value = .array([members[index].value])
      edits.append(edited)
      edited[index] = JSONMember(members[index].name + "s", members[index].value)
      edits.append(edited)
    }
    for edit in edits { #expect(try state(JSON.object(edit).serialized()) == .fail, "\(JSON.object(edit).text)") }
    for copy in [Array(body.dropLast()), body + body, [], Array("null".utf8)] { #expect(try state(copy) == .fail) }
  }

  @Test func `messages in another order, a number spelt otherwise and a string in its place are refused`() throws {
    func asked(_ rest: String) -> [UInt8] { Array(#"{"model":"tiny","max_tokens":16,"messages":\#(rest)}"#.utf8) }
    let (one, two) = (#"{"role":"user","content":"a"}"#, #"{"content":"b","role":"user"}"#)
    var world = World()
    world.body = asked("[\(one),\(two)],\"seed\":1")
    let reordered = #"{"content":"a","role":"user"}"#
    #expect(try state(asked("[\(reordered), \(two)], \"seed\": 1"), world) != .fail)
    for other in ["[\(two),\(one)],\"seed\":1", "[\(one),\(two)],\"seed\":1.0", "[\(one),\(two)],\"seed\":\"1\""] {
      #expect(try state(asked(other), world) == .fail, "\(other)")
    }
  }

  @Test func `my own request above the limit of a body does not pass`() throws {
    let spaces = [UInt8](repeating: 32, count: ChatRequest.bodyBytesMax + 1 - body.count)
    #expect(try state(Array((body + spaces).dropLast())) == .pass)
    #expect(try state(body + spaces) == .fail)
  }

  @Test func `my own copy beside a request that is closed does not pass`() throws {
    var world = World()
    world.openings = { $0[.request] = nil }
    var policy = try World.trust()
    policy.required = []
    #expect(try world.report(policy).isAccepted)
    for (request, response) in [(body, nil), (nil, Array(World.text.utf8))] {
      let closed = try world.report(policy, ownRequest: request, ownResponse: response)
      #expect(closed[.content]?.state == .notChecked && !closed.detail(.content).contains("my request"))
      #expect(closed.unmet == [.content] && !closed.isAccepted)
    }
  }

  @Test func `my own copy is compared with what was sent`() throws {
    let wire = try World().sealed().wire
    let answer = Array(wire.dropLast()) + Array(#","receipt":{"id":"x"}}"#.utf8)
    for copy in [wire, answer, Array(World.text.utf8)] {
      let report = try World().report(ownResponse: copy)
      #expect(report.isAccepted && report.detail(.content).hasSuffix(" commitments open, my copy is what was sent"))
    }
    for copy in [Array(wire.dropLast()), Array("Lyon.".utf8), []] {
      #expect(try World().report(ownResponse: copy).failed == [.content])
    }
    var world = World()
    (world.streamed, world.sentText, world.outcome) = (true, "Paris", .cancelled)
    #expect(try world.report(ownResponse: Array("Par".utf8)).isAccepted)
    #expect(try world.report(ownResponse: Array(World.text.utf8)).failed == [.content])
  }
}
