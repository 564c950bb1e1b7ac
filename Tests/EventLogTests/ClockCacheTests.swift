import Testing

@testable import EventLog

@Suite struct ClockCacheTests {
    @Test func `what is used stays longer than what is not`() {
        var cache = ClockCache<Int, String>(capacity: 4)
        for key in 1...4 { cache.put("\(key)", key) }
        #expect(cache.value(1) == "1" && cache.value(3) == "3")
        cache.put("5", 5)
        cache.put("6", 6)
        #expect([1, 3, 5, 6].allSatisfy { cache.value($0) == "\($0)" })
        #expect(cache.value(2) == nil && cache.value(4) == nil)
    }

    @Test func `a change reaches what is here, puts nothing in and is no use`() {
        var cache = ClockCache<Int, String>(capacity: 2)
        cache.put("a", 1)
        cache.put("b", 2)
        #expect(cache.value(2) == "b")
        cache.change("c", 1)
        cache.change("d", 3)
        #expect(cache.count == 2)
        cache.put("e", 4)
        #expect(cache.value(1) == nil && cache.value(2) == "b" && cache.value(3) == nil && cache.value(4) == "e")
    }

    @Test func `a single entry may weigh more than all, and goes when another comes`() {
        var cache = ClockCache<Int, String>(capacity: 10)
        cache.put("large", 1, weight: 100)
        #expect(cache.value(1) == "large")
        cache.put("small", 2, weight: 1)
        #expect(cache.count == 1 && cache.value(2) == "small")
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what is found is what was put in last, and the weight is bounded`(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        var cache = ClockCache<UInt64, UInt64>(capacity: 100)
        var model: [UInt64: (value: UInt64, weight: Int)] = [:]
        var found = 0
        for step in 0..<5_000 as Range<UInt64> {
            let key = random.next() % 60
            switch random.next() % 4 {
            case 0, 1:
                let weight = Int(random.next() % 12) + 1
                cache.put(step, key, weight: weight)
                model[key] = (step, weight)
                #expect(cache.value(key) == step, "seed \(seed), step \(step)")
            case 2:
                cache.change(step, key)
                model[key]?.value = step
            default:
                guard let value = cache.value(key) else { break }
                found += 1
                #expect(value == model[key]?.value, "seed \(seed), step \(step)")
            }
            guard step.isMultiple(of: 20) else { continue }
            let held = model.filter { cache.holds($0.key) }
            #expect(held.count == cache.count)
            #expect(held.values.reduce(0) { $0 + $1.weight } <= 100, "seed \(seed), step \(step)")
        }
        #expect(found > 100)
    }
}

extension ClockCache {
    /// Whether the key is here, without a use of it: in a copy.
    fileprivate func holds(_ key: Key) -> Bool {
        var copy = self
        return copy.value(key) != nil
    }
}
