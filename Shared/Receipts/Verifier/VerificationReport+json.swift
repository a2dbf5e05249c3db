public import Codec

extension VerificationReport {
  /// `{"accepted", "receipt_id", "checks": [{"name", "state", "detail"}], "required_unmet", "does_not_show"}`: the same
  /// from the command line and from the REST API.
  public var json: JSON {
    let lines = checks.map { check -> JSON in
      ["name": .string(check.name.rawValue), "state": .string(check.state.rawValue), "detail": .string(check.detail)]
    }
    return [
      "accepted": .bool(isAccepted), "receipt_id": receiptID.map { .string($0.description) } ?? .null,
      "checks": .array(lines), "required_unmet": .array(unmet.map { .string($0.rawValue) }),
      "does_not_show": .array(Bundle.doesNotShow.map { .string($0) }),
    ]
  }
}
