import Cryptography
import Foundation
import ServiceKit

/// The key of whoever runs the suite: it signs model manifests, and no service has it.
enum OperatorKey {
  static let issuer = "urn:colophon:operator"

  static func load(_ data: DataOption) throws -> SigningKey { try KeyFile.load(folder: folder(data), name: "signing") }

  /// The operator's other key, for formats of others that know no Ed25519.
  static func loadP256(_ data: DataOption) throws -> ECSigningKey {
    try KeyFile.loadEC(folder: folder(data), name: "p256")
  }

  private static func folder(_ data: DataOption) -> String { data.folder.appending(path: "operator/keys").path }
}
