import Codec
import Credit
import Cryptography
import Foundation
import Receipts
import ServiceKit

/// A contributor whose key is under this data folder: `DATA/contributors/<name of the id>/`, with the key, who it is, and
/// what it has committed to and not revealed yet.
struct ContributorFolder {
  let id: String
  private let folder: URL

  init(_ id: String, _ data: DataOption) throws {
    guard CreditID.isValid(id) else {
      throw Failure(
        "\"\(id)\" is no id: 1 to \(CreditID.byteCountMax) printable ASCII characters without spaces", status: 64)
    }
    self.id = id
    folder = Self.root(data).appending(path: Self.fileName(id), directoryHint: .isDirectory)
  }

  private static func root(_ data: DataOption) -> URL {
    data.folder.appending(path: "contributors", directoryHint: .isDirectory)
  }

  /// A name of a file has at most 255 bytes, an id as one up to 768.
  private static func fileName(_ id: String) -> String {
    let name = ExportText.name(id)
    return name.utf8.count <= 120 ? name : "sha256-\(SHA256.hash(Array(id.utf8)).hex)"
  }

  /// The key, made at first use.
  func key() throws -> SigningKey {
    do { return try KeyFile.load(folder: folder.appending(path: "keys").path, name: "signing") } catch {
      throw Failure("\(error)", status: 73)
    }
  }

  /// Who it is, as it was registered here.
  func contributor() throws -> Contributor {
    guard let bytes = FileManager.default.contents(atPath: record.path) else {
      throw Failure("no key of \(id) under this data folder: colophon contributor add \(id)", status: 66)
    }
    do {
      guard case .contributor(let found) = try Contribution(json: JSON(parsing: Array(bytes))) else {
        throw Failure("\(record.path) is no contributor", status: 65)
      }
      return found
    } catch let error as CreditError { throw Failure("\(record.path): \(error)", status: 65) }
  }

  func keep(_ contributor: Contributor) throws {
    try Files.write(Contribution.contributor(contributor).json.serialized(), to: record)
  }

  private var record: URL { folder.appending(path: "contributor.json") }

  /// Where the opening of an asset's commitment lies. Whoever reads it before it is revealed can name the asset.
  func opening(of asset: String) -> URL {
    folder.appending(path: "keys/\(Self.fileName(asset)).opening.json")
  }

  /// The issuers that the log is to admit, of all contributors here.
  static func issuers(_ data: DataOption) throws -> [TrustPolicy.Issuer] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root(data).path)) ?? []
    return try names.sorted().compactMap { name in
      let path = root(data).appending(path: "\(name)/contributor.json").path
      guard let bytes = FileManager.default.contents(atPath: path),
        case .contributor(let found) = try Contribution(json: JSON(parsing: Array(bytes)))
      else { return nil }
      return TrustPolicy.Issuer(issuer: found.issuer, key: found.key, kinds: [.contribution])
    }
  }
}

/// A commitment's opening, kept until it is revealed.
struct KeptOpening {
  let asset: Asset
  let salt: Digest32
  /// When the commitment is signed, in seconds since 1970: signed again, it must be the same statement.
  let issuedAt: Int64
  /// Where the commitment is in the log; nil before it is known to be there.
  var index: UInt64?

  init(_ asset: Asset) throws {
    self.asset = asset
    salt = try Digest32(SecureRandom.bytes(32))
    issuedAt = Int64(Date().timeIntervalSince1970)
  }

  init?(_ url: URL) throws {
    guard let bytes = FileManager.default.contents(atPath: url.path) else { return nil }
    let json = try JSON(parsing: Array(bytes))
    guard let asset = json["asset"], let salt = json["salt"]?.stringValue.flatMap({ try? Digest32(hex: $0) }),
      let issuedAt = json["issued_at"]?.intValue
    else {
      throw Failure("\(url.path) is no opening of a commitment", status: 65)
    }
    do { self.asset = try Asset(json: asset) } catch { throw Failure("\(url.path): \(error)", status: 65) }
    self.salt = salt
    self.issuedAt = issuedAt
    index = json["commitment_index"]?.decimalValue
  }

  func write(to url: URL) throws {
    let members = [
      JSONMember("asset", asset.json), JSONMember("salt", .string(salt.hex)),
      JSONMember("issued_at", .integer(issuedAt)),
    ]
    let at = index.map { [JSONMember("commitment_index", .decimal($0))] } ?? []
    try Files.write(JSON.object(members + at).serialized(), to: url)
  }
}
