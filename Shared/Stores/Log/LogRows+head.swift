extension LogRows {
  /// The last head that was signed, before the log is opened: for whoever has to compare it with what others saw.
  public func signedHead() async throws -> SignedHead { try await unsettled().head }
}
