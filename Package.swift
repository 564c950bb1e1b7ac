// swift-tools-version: 6.2

import PackageDescription

/// Settings of every target: Swift 6 language mode and the upcoming features that the code is written for.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Targets that touch pointers say so at every use.
let pointerSettings = settings + [.strictMemorySafety()]

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
/// The server without Hummingbird's router, whose routes cannot be asked for what they allow.
let http: [Target.Dependency] = [
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
]
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let heaps = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "kith",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "kithd", targets: ["kithd"]),
        .executable(name: "kith", targets: ["kith"]),
        .library(name: "KithClient", targets: ["KithClient"]),
        .library(name: "KithTesting", targets: ["KithTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["JSON", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        // Without its traits: no full Foundation, no configuration of its own.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CJemalloc", pkgConfig: "jemalloc", providers: [.apt(["libjemalloc-dev"])]),
        .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: pointerSettings),
        .target(name: "Schema", dependencies: [protobuf], swiftSettings: settings),
        .target(
            name: "EventLog", dependencies: ["LMDB", "Schema", crypto, deques, heaps, protobuf],
            swiftSettings: pointerSettings),
        .target(name: "KeyVault", dependencies: [crypto], swiftSettings: settings),
        .target(name: "BodyStore", dependencies: ["KeyVault", "Schema", crypto], swiftSettings: settings),
        .target(
            name: "Backup", dependencies: ["BodyStore", "EventLog", "KeyVault", "Schema", crypto],
            swiftSettings: settings),
        .target(name: "Analytics", dependencies: ["Schema"], swiftSettings: settings),
        .target(name: "CRM", dependencies: ["Analytics", "Schema", protobuf], swiftSettings: settings),
        .target(name: "Views", dependencies: ["Analytics", "Schema", protobuf], swiftSettings: settings),
        .target(
            name: "Replay", dependencies: ["Views", "EventLog", "LMDB", "Schema", crypto, logging],
            swiftSettings: settings),
        .target(name: "MetricsExposition", dependencies: [metrics], swiftSettings: settings),
        .target(name: "StarterPack", dependencies: ["Schema", protobuf], swiftSettings: settings),
        .target(
            name: "Service",
            dependencies: [
                "Backup", "BodyStore", "CRM", "EventLog", "KeyVault", "LMDB", "MetricsExposition", "Replay", "Schema",
                "StarterPack", "Views", crypto, heaps, protobuf, logging, lifecycle, metrics,
            ] + nio,
            swiftSettings: settings),
        .target(
            name: "HTTPFace",
            dependencies: [
                "Service", "CRM", "MetricsExposition", "Schema", protobuf, crypto, logging, lifecycle, metrics,
            ] + nio + http,
            swiftSettings: settings),
        .target(
            name: "KithClient", dependencies: ["Schema", protobuf, logging] + nio, swiftSettings: settings),
        .executableTarget(
            name: "kithd",
            dependencies: [
                "Service", "HTTPFace", "MetricsExposition", "StarterPack", lifecycle, unixSignals, logging, metrics,
                .target(name: "CJemalloc", condition: .when(platforms: [.linux])),
                .product(name: "Configuration", package: "swift-configuration"),
            ] + nio,
            swiftSettings: settings),
        .executableTarget(
            name: "kith",
            dependencies: [
                "Backup", "EventLog", "KithClient", "Schema", "StarterPack", arguments, protobuf, crypto,
            ],
            swiftSettings: settings),
        .target(
            name: "KithTesting", dependencies: ["CRM", "Schema", protobuf],
            swiftSettings: settings),
        .testTarget(name: "LMDBTests", dependencies: ["LMDB"], swiftSettings: settings),
        .testTarget(name: "KeyVaultTests", dependencies: ["KeyVault"], swiftSettings: settings),
        .testTarget(
            name: "BodyStoreTests", dependencies: ["BodyStore", "KeyVault", "Schema"], swiftSettings: settings),
        .testTarget(
            name: "BackupTests", dependencies: ["Backup", "BodyStore", "EventLog", "KeyVault", "Schema"],
            swiftSettings: settings),
        .testTarget(
            name: "MetricsExpositionTests", dependencies: ["MetricsExposition", metrics], swiftSettings: settings),
        .testTarget(name: "SchemaTests", dependencies: ["KithTesting", "Schema", protobuf], swiftSettings: settings),
        .testTarget(
            name: "AnalyticsTests", dependencies: ["Analytics", "Schema"], exclude: ["Vectors"],
            swiftSettings: settings),
        .testTarget(
            name: "CRMTests", dependencies: ["CRM", "KithTesting", "Schema", protobuf], swiftSettings: settings),
        .testTarget(
            name: "EventLogTests", dependencies: ["EventLog", "LMDB", "Schema", crypto], swiftSettings: settings),
        .testTarget(name: "ViewsTests", dependencies: ["Views", "Schema", protobuf], swiftSettings: settings),
        .testTarget(
            name: "ReplayTests", dependencies: ["Replay", "Views", "EventLog", "LMDB", "Schema", logging],
            swiftSettings: settings),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Service", "BodyStore", "CRM", "EventLog", "KeyVault", "KithClient", "LMDB", "Replay", "Schema",
                "Views",
                protobuf, logging, lifecycle, .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ] + nio,
            swiftSettings: settings),
        // For tests alone: stands in for the calls that write files.
        .target(name: "DiskRecorder", path: "Tests/DiskRecorder"),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Service", "CRM", "DiskRecorder", "EventLog", "KeyVault", "KithTesting", "LMDB", "Replay", "Schema",
                "Views", protobuf, logging, crypto,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HTTPFaceTests",
            dependencies: ["HTTPFace", "Service", "CRM", "Schema", protobuf, logging, lifecycle] + nio + http,
            swiftSettings: settings),
        .testTarget(
            name: "KithdTests", dependencies: ["kithd", "Service", "StarterPack", logging], swiftSettings: settings),
        .testTarget(name: "KithTests", dependencies: ["kith", "KithClient", "Schema"], swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests", dependencies: ["Analytics", "KithClient", "Schema", "kithd", "kith", protobuf],
            swiftSettings: settings),
    ]
)

// The benchmarks are built only for those who ask for them: `tools/bench` sets the variable.
if Context.environment["KITH_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "kith-bench",
            dependencies: ["KeyVault", "KithClient", "EventLog", "LMDB", "Schema", arguments, protobuf] + nio,
            path: "tools/Benchmarks/KithBench", swiftSettings: settings))
}
