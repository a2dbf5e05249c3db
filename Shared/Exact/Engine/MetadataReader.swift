/// Reads typed values under the prefix of an architecture, each checked against its range.
struct MetadataReader {
  let metadata: [String: GGUFValue]
  let architecture: ModelArchitecture

  /// Errors: `missingKey`, `unsupportedArchitecture`, `unsupportedKey` (the first in order of name).
  init(_ metadata: [String: GGUFValue]) throws(ModelError) {
    guard let named = metadata["general.architecture"] else { throw .missingKey("general.architecture") }
    guard let name = named.string, let architecture = ModelArchitecture(rawValue: name) else {
      throw .unsupportedArchitecture(named.string ?? "(not a string)")
    }
    let known = architecture.knownKeys
    let prefix = architecture.rawValue + "."
    let unknown = metadata.keys.filter { $0.hasPrefix(prefix) && !known.contains(String($0.dropFirst(prefix.count))) }
    if let first = unknown.min() { throw .unsupportedKey(first) }
    self.metadata = metadata
    self.architecture = architecture
  }

  func key(_ name: String) -> String { "\(architecture.rawValue).\(name)" }

  func integer(
    _ name: String, _ range: ClosedRange<Int64>, multipleOf factor: Int64 = 1, absent: Int? = nil
  ) throws(ModelError) -> Int {
    guard let value = metadata[key(name)] else {
      guard let absent else { throw .missingKey(key(name)) }
      return absent
    }
    guard let number = value.integer, range.contains(number), number % factor == 0 else {
      let multiple = factor > 1 ? ", a multiple of \(factor)" : ""
      throw .badValue(
        key: key(name), value: describe(value),
        requirement: "an integer from \(range.lowerBound) to \(range.upperBound)\(multiple)")
    }
    return Int(number)
  }

  func float(_ name: String, _ range: ClosedRange<Double>, absent: Double? = nil) throws(ModelError) -> Double {
    guard let value = metadata[key(name)] else {
      guard let absent else { throw .missingKey(key(name)) }
      return absent
    }
    guard let number = value.float, range.contains(number) else {
      throw .badValue(
        key: key(name), value: describe(value),
        requirement: "a float from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func require(_ name: String, _ value: Int, _ holds: Bool, _ requirement: String) throws(ModelError) {
    guard holds else { throw .badValue(key: key(name), value: "\(value)", requirement: requirement) }
  }

  private func describe(_ value: GGUFValue) -> String {
    if case .array(let elements) = value { return "an array of \(elements.count)" }
    return value.integer.map { "\($0)" } ?? value.float.map { "\($0)" } ?? value.string ?? "a boolean"
  }
}
