// swift-tools-version: 6.2
import PackageDescription

// The readers of hostile files, built with AddressSanitizer and the coverage that libFuzzer steers by. A package of its
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
    .target(name: "CFuzzer", path: "CFuzzer"),
    .executableTarget(
      name: "fuzz", dependencies: ["CFuzzer", "Exact"], path: "Fuzz", swiftSettings: watched,
      linkerSettings: [.unsafeFlags(["-sanitize=address"]), .linkedLibrary("stdc++")]),
  ])
