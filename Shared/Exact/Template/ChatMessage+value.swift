internal import Codec

extension ChatMessage {
  /// The message as templates read it: the members of OpenAI's message object, those that are absent undefined, and the
  /// arguments of calls as objects.
  ///
  /// - Parameter index: the message's place, for errors.
  /// - Throws: `badArguments`, `badNumber`.
  func value(index: Int) throws(TemplateError) -> TemplateValue {
    var members: [(String, TemplateValue)] = [("role", .data(role.rawValue)), ("content", .data(content))]
    if let name { members.append(("name", .data(name))) }
    if !toolCalls.isEmpty {
      var calls: [TemplateValue] = []
      for (at, call) in toolCalls.enumerated() {
        let arguments = try call.arguments(message: index, call: at)
        let function: [(String, TemplateValue)] = [("name", .data(call.name)), ("arguments", arguments)]
        calls.append(
          .dictionary(
            TemplateDictionary(
              [
                ("id", .data(call.id)), ("type", .data("function")),
                ("function", .dictionary(TemplateDictionary(function, .data))),
              ], .data)))
      }
      members.append(("tool_calls", .sequence(TemplateSequence(.list, calls))))
    }
    if let toolCallID { members.append(("tool_call_id", .data(toolCallID))) }
    return .dictionary(TemplateDictionary(members, .data))
  }
}

extension ToolCall {
  fileprivate func arguments(message: Int, call: Int) throws(TemplateError) -> TemplateValue {
    guard !argumentsJSON.isEmpty else { return .dictionary(TemplateDictionary()) }
    let json: JSON
    do {
      json = try JSON(parsing: Array(argumentsJSON.utf8))
    } catch {
      throw .badArguments(message: message, call: call, error.description)
    }
    guard case .object = json else {
      throw .badArguments(message: message, call: call, "found \(argumentsJSON.prefix(40))")
    }
    return try TemplateValue(json)
  }
}
