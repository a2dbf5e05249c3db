// swift-tools-version: 6.2
import PackageDescription

// The map is ARCHITECTURE.md. Arrows point down only; `Deploy/check` reads this file and refuses one that does not.

let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
  // One build configuration: what the tests test is the release build that runs.
  .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]
let c: [CSetting] = [
  // Overridden for no one: the kernels' bits depend on it (FORMAT section 6).
  .unsafeFlags(["-ffp-contract=off", "-Wall", "-Werror"])
]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let http2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: documents(name), swiftSettings: swift)
}

func documents(_ name: String) -> [String] {
  switch name {
  case "Exact": ["EXACT1.md"]
  case "Receipts": ["FORMAT.md", "REQUEST.md"]
  default: []
  }
}

func service(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: "\(name)Service",
    dependencies: ["RPC", "ServiceKit", "Wire", hummingbird, logging, nioCore] + dependencies,
    path: "Services/\(name)", swiftSettings: swift)
}

func main(_ name: String, _ executable: String) -> Target {
  .executableTarget(
    name: executable, dependencies: [.target(name: "\(name)Service"), "ServiceKit"], path: "Services/\(name)Main",
    swiftSettings: swift)
}

/// What is tested is the release build always. The tests themselves compile in half the time without optimisation and what
/// a debugger needs: what computes much for them is in TestKit and ExactReference, which are optimised.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ["TestKit"] + dependencies, path: "Tests/\(name)Tests",
    swiftSettings: swift + [.unsafeFlags(["-Onone", "-gnone"], .when(configuration: .release))])
}

let systemModules: [Target] = [
  .systemLibrary(
    name: "COpenSSL", path: "Shared/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(name: "CPostgres", path: "Shared/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
  .systemLibrary(
    name: "COpenBLAS", path: "Shared/COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
  .systemLibrary(
    name: "CProtobufC", path: "Shared/CProtobufC", pkgConfig: "libprotobuf-c",
    providers: [.apt(["libprotobuf-c-dev"])]),
  .systemLibrary(name: "CZlib", path: "Shared/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
]

let shared: [Target] = [
  .target(name: "CWire", dependencies: ["CProtobufC"], path: "Shared/CWire", cSettings: c),
  .target(name: "CKernels", path: "Shared/CKernels", cSettings: c),
  library("Wire", ["CWire", "CProtobufC", nioCore]),
  // The module is not called Crypto: swift-crypto, which the HTTP stack brings, has that name.
  .target(name: "Cryptography", dependencies: ["COpenSSL"], path: "Shared/Crypto", swiftSettings: swift),
  library("Codec", ["Cryptography"]),
  library("MerkleLog", ["Cryptography", "Codec"]),
  library("Receipts", ["MerkleLog", "Codec", "Cryptography", "Credit"]),
  library("Exact", ["CKernels", "Codec", "Cryptography"]),
  library("Evidence", ["Exact", "Receipts", "Credit", "Codec", "Cryptography"]),
  library("Credit", ["CKernels", "Codec", "Cryptography"]),
  library(
    "RPC", ["Wire", "CZlib", hummingbird, httpClient, logging, nioCore, nioHTTP1]),
  library(
    "ServiceKit",
    [
      "Cryptography", "MerkleLog", "RPC", "Wire", hummingbird, http2, httpClient, logging, metrics, lifecycle,
      configuration, nioCore, nioPosix,
    ]),
  library(
    "Stores",
    [
      "Receipts", "Credit", "MerkleLog", "Codec", "Cryptography", "CPostgres", grdb, sqlite, httpClient, nioCore,
      nioHTTP1,
    ]),
]

let services: [Target] = [
  service("Inference", ["Evidence", "Exact", "Receipts", "Codec", "Cryptography", metrics]),
  service(
    "Verification",
    ["Stores", "Evidence", "Exact", "Receipts", "Credit", "MerkleLog", "Codec", "Cryptography", metrics, lifecycle]),
  service(
    "Storage",
    ["Stores", "MerkleLog", "Receipts", "Codec", "Cryptography", metrics, httpClient, nioHTTP1, lifecycle]),
  service(
    "Attribution", ["Stores", "Credit", "Receipts", "MerkleLog", "Codec", "Cryptography", metrics, lifecycle]),
  service("Witness", ["Stores", "MerkleLog", "Cryptography"]),
  service(
    "Orchestrator", ["Stores", "Evidence", "MerkleLog", "Receipts", "Credit", "Codec", "Cryptography", lifecycle]),
  main("Inference", "colophon-inference"),
  main("Verification", "colophon-verification"),
  main("Storage", "colophon-storage"),
  main("Attribution", "colophon-attribution"),
  main("Orchestrator", "colophon-orchestrator"),
  .executableTarget(
    name: "colophon",
    dependencies: [
      "ServiceKit", "Stores", "RPC", "Wire", "Evidence", "Exact", "Receipts", "MerkleLog", "Codec", "Cryptography",
      "Credit", "WitnessService", argumentParser, httpClient, nioCore, nioHTTP1,
    ], path: "Services/CLI", swiftSettings: swift),
]

let benchmarks: [Target] = [
  .executableTarget(
    name: "credit-bench", dependencies: ["Stores", "Receipts", "Credit", "Codec", "Cryptography"],
    path: "Tests/Benchmarks/attribution/Sources", swiftSettings: swift)
]

let testTargets: [Target] = [
  .target(name: "TestKit", path: "Tests/TestKit", swiftSettings: swift),
  .target(
    name: "ExactReference", dependencies: ["TestKit", "Exact", "CKernels", "Codec"], path: "Tests/ExactReference",
    swiftSettings: swift),
  tests("Wire", ["Wire", "CWire", nioCore]),
  tests(
    "RPC",
    ["RPC", "Wire", hummingbird, httpClient, nioCore, .product(name: "HummingbirdTesting", package: "hummingbird")]),
  tests(
    "ServiceKit",
    [
      "ServiceKit", "RPC", "Wire", "MerkleLog", "Cryptography", hummingbird, httpClient, nioCore, logging, metrics,
      .product(name: "HummingbirdTesting", package: "hummingbird"),
    ]),
  tests(
    "Storage",
    [
      "StorageService", "WitnessService", "ServiceKit", "RPC", "Wire", "Stores", "MerkleLog", "Receipts", "Codec",
      "Cryptography", hummingbird, logging, nioCore, .product(name: "HummingbirdTesting", package: "hummingbird"),
    ]),
  tests(
    "Witness",
    [
      "WitnessService", "ServiceKit", "Stores", "MerkleLog", "Cryptography", hummingbird, logging, nioCore,
      .product(name: "HummingbirdTesting", package: "hummingbird"),
    ]),
  tests(
    "Stores",
    [
      "Stores", "MerkleLog", "Receipts", "Credit", "Codec", "Cryptography", grdb, httpClient, nioCore, nioHTTP1,
      nioPosix,
    ]),
  tests(
    "Attribution",
    [
      "AttributionService", "ServiceKit", "RPC", "Wire", "Stores", "Receipts", "Credit", "MerkleLog", "Codec",
      "Cryptography", hummingbird, logging, nioCore, .product(name: "HummingbirdTesting", package: "hummingbird"),
    ]),
  tests(
    "Orchestrator",
    [
      "OrchestratorService", "ServiceKit", "RPC", "Wire", "Stores", "Receipts", "Credit", "MerkleLog", "Codec",
      "Cryptography",
      hummingbird, logging, nioCore, .product(name: "HummingbirdTesting", package: "hummingbird"),
    ]),
  tests("Crypto", ["Cryptography"]),
  tests("Codec", ["Codec", "Cryptography"]),
  tests("MerkleLog", ["MerkleLog", "Codec", "Cryptography"]),
  tests("Receipts", ["Receipts", "Credit", "MerkleLog", "Codec", "Cryptography"]),
  tests("Exact", ["ExactReference", "Exact", "CKernels", "Codec", "Cryptography"]),
  // Its own certificate authorities need what Cryptography does not offer: signing as hardware does.
  tests("Evidence", ["Evidence", "Exact", "Receipts", "Credit", "Codec", "Cryptography", "COpenSSL"]),
  tests(
    "Inference",
    [
      "InferenceService", "Evidence", "Exact", "Receipts", "Credit", "Codec", "Cryptography", "RPC", "ServiceKit",
      "Wire",
      hummingbird,
      logging, nioCore, .product(name: "HummingbirdTesting", package: "hummingbird"),
    ]),
  tests(
    "Verification",
    [
      "VerificationService", "InferenceService", "Stores", "Exact", "Receipts", "Credit", "MerkleLog", "Codec",
      "Cryptography", "RPC", "ServiceKit", "Wire", logging,
    ]),
  tests("Credit", ["Credit", "CKernels", "Codec", "Cryptography"]),
]

let package = Package(
  name: "colophon",
  platforms: [.macOS(.v15)],
  products: [
    // For other programs: the offline verifier, without HTTP, database or clock.
    .library(name: "ColophonVerifier", targets: ["Receipts", "Evidence"])
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(
      url: "https://github.com/apple/swift-configuration", exact: "1.4.0",
      traits: ["JSON", "CommandLineArguments"]),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
  ],
  targets: systemModules + shared + services + benchmarks + testTargets
)
