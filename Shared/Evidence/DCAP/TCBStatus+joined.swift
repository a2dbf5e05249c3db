internal import Receipts

extension TCBStatus {
  /// The status of a platform one of whose parts (the TDX module, the quoting enclave) has a status of its own: a part
  /// that is out of date makes the whole so, and a revoked one revokes it.
  func joined(with part: TCBStatus) -> TCBStatus {
    switch (self, part) {
    case (.revoked, _), (_, .revoked): .revoked
    case (_, .upToDate): self
    case (.upToDate, _): part
    case (.outOfDateConfigurationNeeded, _), (_, .outOfDateConfigurationNeeded): .outOfDateConfigurationNeeded
    case (.outOfDate, .configurationNeeded), (.outOfDate, .configurationAndSWHardeningNeeded),
      (.configurationNeeded, .outOfDate), (.configurationAndSWHardeningNeeded, .outOfDate):
      .outOfDateConfigurationNeeded
    case (.outOfDate, _), (_, .outOfDate): .outOfDate
    case (.configurationAndSWHardeningNeeded, _), (_, .configurationAndSWHardeningNeeded):
      .configurationAndSWHardeningNeeded
    case (.swHardeningNeeded, .configurationNeeded), (.configurationNeeded, .swHardeningNeeded):
      .configurationAndSWHardeningNeeded
    default: self
    }
  }
}
