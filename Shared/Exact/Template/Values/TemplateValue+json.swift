internal import Codec

extension TemplateValue {
  /// What a client sent, all of it data.
  /// - Throws: `badNumber`.
  init(_ json: JSON) throws(TemplateError) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .number(let literal):
      if let value = Int(literal) {
        self = .integer(value)
      } else if literal.contains(where: { ".eE".contains($0) }), let value = Double(literal), value.isFinite {
        self = .float(value)
      } else {
        throw .badNumber(literal)
      }
    case .string(let text): self = .data(text)
    case .array(let items):
      var values: [TemplateValue] = []
      for item in items { values.append(try TemplateValue(item)) }
      self = .sequence(TemplateSequence(.list, values))
    case .object(let members):
      var dictionary = TemplateDictionary()
      for member in members { dictionary[TemplateText(member.name, .data)] = try TemplateValue(member.value) }
      self = .dictionary(dictionary)
    }
  }
}
