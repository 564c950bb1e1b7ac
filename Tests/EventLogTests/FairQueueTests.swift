import Testing

@testable import EventLog

/// Turns, groups and room of the queue in front of the sequencer, on a clock that the tests move.
@Suite struct FairQueueTests {
    /// Identities of sources.
    private final class Source {}

    private struct Job: Equatable {
        var source: String
        var number: Int
    }

    /// A queue whose work takes as long as the test says.
    private final class Bench {
        var queue: FairQueue<Job>
        var now: UInt64 = 1_000_000_000
        private var sources: [String: Source] = [:]

        init(_ change: (inout QueueLimits) -> Void = { _ in }) {
            var limits = QueueLimits()
            change(&limits)
            queue = FairQueue(limits: limits)
        }

        @discardableResult
        func add(_ source: String, _ number: Int, commands: Int = 1, bytes: Int = 100) -> Admission {
            let object = sources[source] ?? Source()
            sources[source] = object
            return queue.add(
                Job(source: source, number: number), from: ObjectIdentifier(object),
                size: WorkSize(commands: commands, bytes: bytes), now: now)
        }

        /// One group, as soon as there is one: what was handed out, where each piece takes so many microseconds.
        func group(microseconds: (Job) -> UInt64 = { _ in 100 }, commit: UInt64 = 300) -> [Job] {
            queue.end(now: now)
            now = queue.nextGroup(now: now) ?? now
            guard var job = queue.begin(now: now) else { return [] }
            var jobs = [job]
            now += microseconds(job) * 1_000
            while let next = queue.next(now: now) {
                job = next
                jobs.append(job)
                now += microseconds(job) * 1_000
            }
            now += commit * 1_000
            return jobs
        }
    }

    @Test func `a source alone gets long groups, in order`() {
        let bench = Bench()
        for number in 0..<1_000 { bench.add("one", number) }
        let jobs = bench.group()
        #expect(jobs.count == 100, "ten milliseconds of 100 µs each")
        #expect(jobs.map(\.number) == Array(0..<100))
        #expect(bench.group().first?.number == 100)
    }

    @Test func `a group has a turn of everybody where there are several`() {
        let bench = Bench()
        for number in 0..<1_000 { bench.add("flood", number) }
        bench.add("shop", 0)
        bench.add("desk", 0)
        let jobs = bench.group()
        // Half a millisecond of the flood, and what the others have.
        #expect(jobs.map(\.source) == ["flood", "flood", "flood", "flood", "flood", "shop", "desk"])
        // It is remembered that there were others.
        #expect(bench.group().map(\.number) == Array(5..<10))
        bench.now += 2_000_000_000
        #expect(bench.group().count == 100)
    }

    @Test func `whoever floods rests while others send little, and these do not`() {
        let bench = Bench()
        for number in 0..<1_000 { bench.add("flood", number) }
        bench.add("shop", 0)
        #expect(bench.group().map(\.source) == Array(repeating: "flood", count: 5) + ["shop"])
        bench.queue.end(now: bench.now)
        // Five times 100 µs, four times over.
        #expect(bench.queue.nextGroup(now: bench.now) == bench.now + 2_000_000)
        #expect(bench.queue.begin(now: bench.now) == nil)
        let rested = bench.now + 2_000_000
        bench.now += 1_000_000
        bench.add("shop", 1)
        #expect(bench.group() == [Job(source: "shop", number: 1)], "the flood rests on")
        bench.queue.end(now: bench.now)
        #expect(bench.queue.nextGroup(now: bench.now) == rested, "as long as it would have")
        var spent: UInt64 = 0
        let began = bench.now
        for round in 2..<80 {
            bench.add("shop", round)
            let jobs = bench.group()
            #expect(jobs.contains { $0.source == "shop" }, "in the next group")
            spent += UInt64(jobs.filter { $0.source == "flood" }.count) * 100_000
            // The shop thinks it over.
            bench.now += 3_000_000
        }
        #expect(spent * 5 <= bench.now - began, "\(spent) of \(bench.now - began)")
        #expect(spent * 20 >= bench.now - began, "\(spent) of \(bench.now - began)")
    }

    @Test func `nobody rests for those who flood as well, nor for those who sent something long ago`() {
        let bench = Bench()
        for number in 0..<900 { for source in ["one", "two"] { bench.add(source, number) } }
        // One that has nothing waiting now and then, but sends much.
        for round in 0..<20 {
            for number in 0..<17 { bench.add("three", 17 * round + number) }
            for _ in 0..<4 { _ = bench.group(microseconds: { _ in 50 }) }
            bench.queue.end(now: bench.now)
            #expect(bench.queue.nextGroup(now: bench.now) == nil)
        }
        bench.add("shop", 0)
        _ = bench.group()
        bench.queue.end(now: bench.now)
        #expect(bench.queue.nextGroup(now: bench.now) != nil)
        _ = bench.group()
        bench.now += QueueLimits().memory
        bench.queue.end(now: bench.now)
        #expect(bench.queue.nextGroup(now: bench.now) == nil)
    }

    @Test func `at the end nobody rests`() {
        let bench = Bench()
        for number in 0..<100 { bench.add("flood", number) }
        bench.add("shop", 0)
        _ = bench.group()
        bench.queue.end(now: bench.now)
        bench.queue.hurry()
        while !bench.queue.isEmpty {
            #expect(bench.queue.nextGroup(now: bench.now) == nil)
            #expect(!bench.group().isEmpty)
            bench.queue.end(now: bench.now)
        }
    }

    @Test func `turns are as long in time, whatever the work costs`() {
        let bench = Bench()
        for number in 0..<3_000 {
            bench.add("cheap", number)
            bench.add("dear", number)
        }
        var spent: [String: UInt64] = [:]
        var done: [String: Int] = [:]
        for _ in 0..<100 {
            for job in bench.group(microseconds: { $0.source == "dear" ? 1_700 : 20 }) {
                spent[job.source, default: 0] += job.source == "dear" ? 1_700 : 20
                done[job.source, default: 0] += 1
            }
        }
        let (cheap, dear) = (spent["cheap"] ?? 0, spent["dear"] ?? 0)
        #expect(cheap * 10 >= dear * 9 && dear * 10 >= cheap * 9, "\(spent) \(done)")
    }

    @Test func `many greedy sources do not make a group longer than a turn of theirs`() {
        let bench = Bench()
        for number in 0..<500 { for source in 0..<5 { bench.add("flood \(source)", number) } }
        _ = bench.group()
        bench.add("shop", 0)
        // Five that share half a millisecond: one piece each.
        #expect(bench.group().filter { $0.source != "shop" }.count == 5)
    }

    @Test func `whoever has one command waits for one turn of each other source`() {
        var random = Random(state: 2_207)
        for _ in 0..<50 {
            let bench = Bench()
            let floods = Int.random(in: 1...8, using: &random)
            for source in 0..<floods {
                for number in 0..<200 { bench.add("flood \(source)", number) }
            }
            for _ in 0..<Int.random(in: 1...5, using: &random) { _ = bench.group() }
            bench.add("shop", 0)
            #expect(bench.group().contains { $0.source == "shop" }, "it is in the next group")
        }
    }

    @Test func `everything that was taken comes out once and in the order of its source`() {
        var random = Random(state: 4_711)
        for seed in 0..<100 {
            let bench = Bench { $0.waiting = WorkSize(commands: 400, bytes: 40_000) }
            var added: [String: [Int]] = [:]
            var got: [String: [Int]] = [:]
            for number in 0..<600 {
                let source = "\(Int.random(in: 0..<6, using: &random))"
                if bench.add(source, number) == .taken { added[source, default: []].append(number) }
                if Int.random(in: 0..<30, using: &random) == 0 {
                    let cost = UInt64.random(in: 1...900, using: &random)
                    for job in bench.group(microseconds: { _ in cost }) {
                        got[job.source, default: []].append(job.number)
                    }
                }
            }
            while !bench.queue.isEmpty {
                for job in bench.group() { got[job.source, default: []].append(job.number) }
            }
            #expect(got == added, "round \(seed)")
            #expect(bench.queue.waiting == .zero)
            #expect(bench.group().isEmpty)
        }
    }

    @Test func `whoever comes new finds room beside greedy sources`() {
        let bench = Bench {
            $0.waiting = WorkSize(commands: 1_000, bytes: 1 << 20)
            $0.leastWindow = WorkSize(commands: 10, bytes: 1 << 10)
        }
        for source in 0..<9 { for number in 0..<2_000 { bench.add("flood \(source)", number) } }
        // Three quarters, and what the last of them may have in any case.
        #expect((740...840).contains(bench.queue.waiting.commands), "\(bench.queue.waiting)")
        for shop in 0..<10 { #expect(bench.add("shop \(shop)", 0, commands: 10) == .taken) }
        guard case .overloaded = bench.add("flood 0", 9_999) else {
            Issue.record("a greedy source was given more")
            return
        }
    }

    @Test func `bytes are bounded as commands are, and an empty queue takes anything`() {
        let bench = Bench { $0.waiting = WorkSize(commands: 1_000, bytes: 1_000) }
        #expect(bench.add("one", 0, bytes: 5_000) == .taken)
        guard case .overloaded = bench.add("two", 0, bytes: 1) else {
            Issue.record("there is no room for bytes")
            return
        }
        _ = bench.group()
        #expect(bench.add("two", 0, bytes: 1) == .taken)
    }

    @Test func `the time to come back is what the work that waits takes`() {
        let bench = Bench { $0.waiting = WorkSize(commands: 2_000, bytes: 1 << 20) }
        // A pace of one millisecond per command.
        for round in 0..<200 {
            bench.add("one", round)
            _ = bench.group(microseconds: { _ in 700 }, commit: 300)
        }
        var number = 0
        while bench.add("one", number) == .taken { number += 1 }
        #expect(number == 750)
        guard case .overloaded(let milliseconds) = bench.add("one", number) else {
            Issue.record("there is room")
            return
        }
        #expect((700...800).contains(milliseconds), "\(milliseconds)")
        // Somebody for whom it rests makes that longer.
        bench.add("shop", 0)
        _ = bench.group(microseconds: { _ in 700 }, commit: 300)
        bench.queue.end(now: bench.now)
        while bench.add("one", number) == .taken { number += 1 }
        guard case .overloaded(let longer) = bench.add("one", number) else {
            Issue.record("there is room")
            return
        }
        #expect(longer > milliseconds, "\(longer)")
        // A writer that stands still: as long as the next piece has waited already.
        bench.now += 5_000_000_000
        guard case .overloaded(let stood) = bench.add("one", number) else {
            Issue.record("there is room")
            return
        }
        #expect((5_000...5_020).contains(stood), "\(stood)")
    }

    @Test func `windows of all sources together fit`() {
        let bench = Bench { $0.waiting = WorkSize(commands: 10_000, bytes: 10 << 20) }
        #expect(bench.queue.window == WorkSize(commands: 5_000, bytes: 5 << 20))
        for source in 0..<10 { bench.add("\(source)", 0) }
        #expect(bench.queue.window == WorkSize(commands: 500, bytes: 512 << 10))
        let window = bench.queue.window.commands
        for source in 0..<10 {
            for number in 1..<window { #expect(bench.add("\(source)", number) == .taken) }
        }
    }

    /// Numbers that are the same in every run (SplitMix64).
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
