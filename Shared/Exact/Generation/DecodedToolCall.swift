internal import Codec

/// The call of a tool, as a model wrote it.
public struct DecodedToolCall: Sendable, Equatable {
  public var name: String
  /// The text of a JSON object, byte for byte.
  public var arguments: String

  public init(name: String, arguments: String) {
    self.name = name
    self.arguments = arguments
  }

  public static func == (a: DecodedToolCall, b: DecodedToolCall) -> Bool {
    a.name.utf8.elementsEqual(b.name.utf8) && a.arguments.utf8.elementsEqual(b.arguments.utf8)
  }
}

extension ToolCallForm {
  /// How the models of a chat template write their calls; nil for a template that names no form known here.
  ///
  /// - Parameter template: its text.
  public init?(template: String) {
    // Hermes, Qwen and their descendants. The template tells the model of the tags, so they stand in it.
    if template.utf8.contains("<tool_call>".utf8), template.utf8.contains("</tool_call>".utf8) {
      self.init(prefix: "<tool_call>\n", suffix: "\n</tool_call>")
    } else if template.utf8.contains(#""parameters": dictionary of argument name and its value"#.utf8) {
      // Llama 3.1 and later: the answer is the object itself.
      self.init(prefix: "", suffix: "", argumentsKey: "parameters")
    } else {
      return nil
    }
  }

  /// The calls in `text`, which must hold them and nothing else, whole; nil otherwise.
  func calls(in text: [UInt8]) -> [DecodedToolCall]? {
    let (prefix, suffix, separator) = (Array(prefix.utf8), Array(suffix.utf8), Array(separator.utf8))
    var calls: [DecodedToolCall] = []
    var rest = text[...]
    while true {
      guard rest.starts(with: prefix) else { return nil }
      rest = rest.dropFirst(prefix.count)
      // No JSON text holds a suffix that ends a call: a newline within a string is escaped.
      guard let end = suffix.isEmpty ? rest.endIndex : rest.firstRange(of: suffix)?.lowerBound,
        let call = call(Array(rest[..<end]))
      else { return nil }
      calls.append(call)
      rest = rest[end...].dropFirst(suffix.count)
      if rest.isEmpty { return calls }
      guard rest.starts(with: separator) else { return nil }
      rest = rest.dropFirst(separator.count)
    }
  }

  private func call(_ object: [UInt8]) -> DecodedToolCall? {
    guard let json = try? JSON(parsing: object), let name = json[nameKey]?.stringValue,
      json[argumentsKey]?.objectValue != nil,
      let range = (try? JSON.memberRange(named: argumentsKey, in: object)) ?? nil
    else { return nil }
    return DecodedToolCall(name: name, arguments: String(decoding: object[range], as: UTF8.self))
  }
}

extension Collection where Element == UInt8 {
  fileprivate func contains(_ word: some Collection<UInt8>) -> Bool { firstRange(of: word) != nil }
}
