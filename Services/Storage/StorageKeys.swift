public import Cryptography

/// The three keys of storage, never shared: a key in two roles could vouch for itself.
public struct StorageKeys: Sendable {
  /// Signs custody statements.
  public let custody: SigningKey
  /// Signs checkpoints of the log.
  public let checkpoint: SigningKey
  /// Signs COSE Receipts of the log.
  public let receipt: SigningKey

  public init(custody: SigningKey, checkpoint: SigningKey, receipt: SigningKey) {
    self.custody = custody
    self.checkpoint = checkpoint
    self.receipt = receipt
  }
}
