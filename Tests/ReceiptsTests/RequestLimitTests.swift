import Testing

@testable import Receipts

/// The last value that a request may have and the first that it may not. The numbers stand here once more.
@Suite struct RequestLimitTests {
  @Test func `each member at its limit, and one beyond`() throws {
    func isRead(_ members: String) -> Bool {
      (try? ChatRequest(body: Array(#"{"model":"m","messages":[{"role":"user","content":"hi"}],\#(members)}"#.utf8)))
        != nil
    }
    func list(_ item: (Int) -> String, _ count: Int) -> String { (0..<count).map(item).joined(separator: ",") }
    func tool(_ name: String) -> String { #"{"type":"function","function":{"name":"\#(name)"}}"# }
    func long(_ count: Int) -> String { String(repeating: "x", count: count) }
    let members: [(Int, (Int) -> String)] = [
      (1024, { #""logit_bias":{\#(list({ "\"\($0)\":1" }, $0))}"# }),
      (128, { #""tools":[\#(list({ tool("f\($0)") }, $0))]"# }),
      (64, { #""tools":[\#(tool(long($0)))]"# }), (4, { #""stop":[\#(list({ _ in "\"s\"" }, $0))]"# }),
      (256, { #""stop":"\#(long($0))""# }), (20, { #""logprobs":true,"top_logprobs":\#($0)"# }),
      (8, { #""n":\#($0)"# }),
      (256, { #""documents":[\#(list({ _ in #"{"text":"t"}"# }, $0))]"# }),
      (65_536, { #""documents":[{"text":"\#(long($0))"}]"# }),
      (100, { #""logit_bias":{"1":\#($0)}"# }), (100, { #""logit_bias":{"1":-\#($0)}"# }),
      (256, { #""documents":[{"text":"t","contributor":"\#(long($0))"}]"# }),
      (256, { #""documents":[{"text":"t","asset":"\#(long($0))"}]"# }),
      (256, { #""documents":[{"text":"t","title":"\#(long($0))"}]"# }),
      (256, { #""documents":[{"text":"t","id":"\#(long($0))"}]"# }),
      (1_048_576, { #""top_k":\#($0)"# }), (1_048_576, { #""max_tokens":\#($0)"# }),
      (1_048_576, { #""max_completion_tokens":\#($0)"# }),
    ]
    for (count, expected) in [(1024, true), (1025, false)] {
      let messages = list({ _ in #"{"role":"user","content":""}"# }, count)
      #expect(((try? ChatRequest(body: Array(#"{"model":"m","messages":[\#(messages)]}"#.utf8))) != nil) == expected)
    }
    for (limit, text) in members {
      #expect(isRead(text(limit)), "\(text(limit).prefix(40))")
      #expect(!isRead(text(limit + 1)), "\(text(limit + 1).prefix(40))")
    }
  }
}
