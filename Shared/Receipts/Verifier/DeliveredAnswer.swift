internal import Codec

/// What a body or the chunks of a stream tell a client of each choice.
struct DeliveredAnswer: Equatable {
  struct Choice: Equatable {
    var text = ""
    var toolCalls: [Call] = []
  }

  struct Call: Equatable {
    var id = ""
    var name = ""
    var arguments = ""
  }

  private(set) var choices: [Choice]

  /// - Parameter count: choices that were asked for. One more would carry words that nothing commits to.
  init(choices count: Int) { choices = Array(repeating: Choice(), count: count) }

  init(_ committed: [AnswerContent.Choice]) {
    choices = committed.map { choice in
      Choice(
        text: choice.text,
        toolCalls: choice.toolCalls.map { Call(id: $0.id, name: $0.name, arguments: $0.arguments) })
    }
  }

  /// Adds what one body (`part` is `message`) or chunk (`delta`) holds.
  mutating func add(_ body: JSON, _ part: String) throws {
    let delivered = body["choices"]?.arrayValue ?? []
    guard delivered.count <= choices.count else {
      throw Refusal("\(part): there are \(delivered.count) choices where \(asked) asked for")
    }
    for choice in delivered {
      guard let index = choice["index"]?.intValue.map({ Int($0) }), choices.indices.contains(index) else {
        throw Refusal("\(part): there is a choice with an index that was not asked for")
      }
      choices[index].text += choice[part]?["content"]?.stringValue ?? ""
      let calls = choice[part]?["tool_calls"]?.arrayValue ?? []
      for (place, call) in calls.enumerated() {
        // Chunks say which call they go on with; a body holds them in order.
        let at = part == "message" ? place : call["index"]?.intValue.map { Int($0) } ?? -1
        try choices[index].add(call, at: at, part)
      }
    }
  }

  private var asked: String { choices.count == 1 ? "one was" : "\(choices.count) were" }

  /// Whether this is what a stream that broke had shown of `whole`.
  func isPrefix(of whole: DeliveredAnswer) -> Bool {
    choices.count == whole.choices.count
      && zip(choices, whole.choices).allSatisfy { sent, committed in
        committed.text.utf8.starts(with: sent.text.utf8)
          && sent.toolCalls == Array(committed.toolCalls.prefix(sent.toolCalls.count))
      }
  }

  static func == (a: DeliveredAnswer, b: DeliveredAnswer) -> Bool {
    a.choices.count == b.choices.count && zip(a.choices, b.choices).allSatisfy { $0 == $1 }
  }
}

extension DeliveredAnswer.Choice {
  static func == (a: Self, b: Self) -> Bool { a.text.hasSameBytes(as: b.text) && a.toolCalls == b.toolCalls }

  fileprivate mutating func add(_ call: JSON, at index: Int, _ part: String) throws {
    guard (0...toolCalls.count).contains(index), index < ChatRequest.toolCallsMax else {
      throw Refusal("\(part): the calls of tools are not numbered in order")
    }
    if index == toolCalls.count { toolCalls.append(DeliveredAnswer.Call()) }
    toolCalls[index].id += call["id"]?.stringValue ?? ""
    toolCalls[index].name += call["function"]?["name"]?.stringValue ?? ""
    toolCalls[index].arguments += call["function"]?["arguments"]?.stringValue ?? ""
  }
}

extension DeliveredAnswer.Call {
  static func == (a: Self, b: Self) -> Bool {
    a.id.hasSameBytes(as: b.id) && a.name.hasSameBytes(as: b.name) && a.arguments.hasSameBytes(as: b.arguments)
  }
}
