internal import Codec
internal import Cryptography
internal import Logging
internal import Receipts
internal import ServiceKit

extension KeyEvidence {
  /// That of the service's settings; nil where they ask for none. Errors: those of the settings, and of the hardware.
  static func make(_ context: ServiceContext, key: SigningKey, build: String) async throws -> KeyEvidence? {
    let settings = try EvidenceSettings(context.settings)
    guard let kind = settings.kind else { return nil }
    let now: @Sendable () -> UInt64 = { UnixTime.nowMs() }
    let provider: any EvidenceProvider
    switch kind {
    case .simulated:
      let root = try simulatedRoot(settings, context)
      context.logger.warning(
        "evidence is simulated: it shows no trusted hardware, and counts only where a trust policy names its root",
        metadata: ["root_key": "\(Base64.encode(root.publicKey.raw))"])
      provider = SimulatedProvider(root: root, measurement: SHA256.hash(Array(build.utf8)), now: now)
    case .tdx, .sevSNP: provider = TSMProvider(kind, report: TSMReport(folder: settings.tsmFolder))
    case .nitro: provider = NitroProvider(device: settings.nsmDevice)
    }
    let keeper = EvidenceKeeper(storage: try context.client(peer: EvidenceSettings.storageURL))
    let source = EvidenceSource(
      provider: provider, keyID: COSEKey(key.publicKey).thumbprint, collateral: { try settings.readCollateral() })
    let evidence = try KeyEvidence(
      source, epochMs: settings.epochMs, logger: context.logger, now: now,
      keep: { try await keeper.keep($0, $1) })
    try await evidence.begin()
    return evidence
  }

  private static func simulatedRoot(_ settings: EvidenceSettings, _ context: ServiceContext) throws -> SigningKey {
    guard let path = settings.simulatedRoot else { return try context.signingKey("simulated-root") }
    let seed = try SmallFile.read(path, limit: 4096, secret: true)
    guard seed.count == 32 else { throw FileError.wrongSize(path: path, expected: 32, got: seed.count) }
    return try SigningKey(seed: seed)
  }
}
