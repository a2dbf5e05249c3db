// swift-tools-version: 6.2
import PackageDescription

// The readers of hostile bytes, built with AddressSanitizer and the coverage that libFuzzer steers by. A package of its
// own, so that nothing else is built like this; `run` builds it and says how libFuzzer is linked.

let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enable-testing"]),
]
let watched: [SwiftSetting] =
  swift + [.unsafeFlags(["-sanitize=fuzzer,address"])]

/// The parts of `Exact` that read files which a stranger made, and the engine, whose errors they name.
let readers = [
  "GGUF", "Files", "Safetensors", "Tokenizer", "Template", "Embedding/ConfigFile.swift",
  "Embedding/EmbeddingError.swift", "Embedding/UncasedFold.swift", "Embedding/UncasedFold+table.swift",
  "Embedding/WordPieceTokenizer.swift", "Engine",
]

/// One for what is cheap to build, one for the rest: `run` builds those that its targets are in.
func program(_ name: String, _ readers: [Target.Dependency], path: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzKit", "CFuzzer"] + readers, path: path, swiftSettings: watched,
    linkerSettings: [.unsafeFlags(["-sanitize=address"]), .linkedLibrary("stdc++")])
}

let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  targets: [
    .systemLibrary(name: "COpenSSL", path: "Shared/COpenSSL", pkgConfig: "libcrypto"),
    .target(name: "Cryptography", dependencies: ["COpenSSL"], path: "Shared/Crypto", swiftSettings: swift),
    .target(name: "Codec", dependencies: ["Cryptography"], path: "Shared/Codec", swiftSettings: watched),
    .target(name: "CKernels", path: "Shared/CKernels", cSettings: [.unsafeFlags(["-ffp-contract=off"])]),
    .target(
      name: "Exact", dependencies: ["CKernels", "Codec", "Cryptography"], path: "Shared/Exact", sources: readers,
      swiftSettings: watched),
    .target(
      name: "Credit", dependencies: ["CKernels", "Codec", "Cryptography"], path: "Shared/Credit", swiftSettings: swift),
    .target(
      name: "MerkleLog", dependencies: ["Codec", "Cryptography"], path: "Shared/MerkleLog", swiftSettings: watched),
    .target(
      name: "Receipts", dependencies: ["MerkleLog", "Credit", "Codec", "Cryptography"], path: "Shared/Receipts",
      exclude: ["FORMAT.md", "REQUEST.md"], swiftSettings: watched),
    .target(
      name: "Evidence", dependencies: ["Receipts", "Codec", "Cryptography"], path: "Shared/Evidence",
      exclude: ["Reexecution"], swiftSettings: watched),
    .target(name: "CFuzzer", path: "CFuzzer"),
    .target(name: "FuzzKit", dependencies: ["CFuzzer"], path: "Kit", swiftSettings: watched),
    program("fuzz-files", ["Exact"], path: "Files"),
    program("fuzz-proofs", ["Evidence", "Receipts", "Codec"], path: "Proofs"),
  ])
