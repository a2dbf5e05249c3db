public import Receipts

/// One verdict that is to take the place of another.
public struct SupersedingRow: Sendable, Equatable {
  public let receiptID: ReceiptID
  public let superseded: Superseded
  public let statement: [UInt8]?
  public let refusal: String?
  public let index: UInt64?

  public var state: VerdictRow.State {
    if index != nil { return .registered }
    if refusal != nil { return .refused }
    return statement == nil ? .queued : .signed
  }

  /// The name of its job: `<receipt id>/<number>`. That of a first verdict is the receipt id alone.
  public static func jobID(_ id: ReceiptID, _ number: Int) -> String { "\(id)/\(number)" }

  /// What a job is about; the number is nil for a first verdict, and the whole for what is no name of a job.
  public static func job(_ name: String) -> (id: ReceiptID, number: Int?)? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, let id = ReceiptID(String(first)) else { return nil }
    if parts.count == 1 { return (id, nil) }
    guard parts.count == 2, let number = Int(parts[1]), jobID(id, number) == name else { return nil }
    return (id, number)
  }
}
