import Foundation

/// A generator of random numbers whose seed is printed, so that a failure can be repeated: `KITH_TEST_SEED` sets it.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A generator with a seed of its own, or that of the environment.
    init(announcedFor test: String) {
        let seed =
            ProcessInfo.processInfo.environment["KITH_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000)
        print("\(test): KITH_TEST_SEED=\(seed)")
        self.init(seed: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
