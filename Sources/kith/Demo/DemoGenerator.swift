#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Random numbers that follow from a seed (SplitMix64): cheap to start anew, so that nothing has to be kept per
/// party.
struct DemoGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// A generator for one thing of a kind: equal arguments give equal numbers.
    init(_ seed: UInt64, _ kind: UInt64, _ number: UInt64, _ step: UInt64 = 0) {
        state = seed
        for value in [kind, number, step] { state = next() ^ (value &* 0x9E37_79B9_7F4A_7C15) }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// An integer from 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number from 0 up to, not including, 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with this probability.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// One of these.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Exponentially distributed with this mean.
    mutating func exponential(mean: Double) -> Double { -log(1 - unit()) * mean }
}
