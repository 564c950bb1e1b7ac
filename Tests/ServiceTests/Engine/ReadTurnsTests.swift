import Synchronization
import Testing

@testable import Service

/// Reads of many connections, a few at a time.
@Suite struct ReadTurnsTests {
    private final class Course: Sendable {
        let order = Mutex<[String]>([])
        let gate = Signal()

        func note(_ name: String) { order.withLock { $0.append(name) } }
        var names: [String] { order.withLock { $0 } }
    }

    /// How many reads are under way, and how many there were at most.
    private final class Tally: Sendable {
        private let count = Mutex((now: 0, most: 0))

        func begin() {
            count.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() { count.withLock { $0.now -= 1 } }
        var now: Int { count.withLock { $0.now } }
        var most: Int { count.withLock { $0.most } }
    }

    @Test func `no more reads are under way than are allowed, and all are done`() async {
        let turns = ReadTurns(limit: 3)
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await ReadSource.$current.withValue(ReadSource()) {
                        await turns.run {
                            tally.begin()
                            await Task.yield()
                            tally.end()
                        }
                    }
                }
            }
        }
        #expect(tally.most <= 3)
        #expect(tally.now == 0)
    }

    @Test func `whoever asks seldom comes before the rest of what another one asks`() async throws {
        let turns = ReadTurns(limit: 1)
        let course = Course()
        let (greedy, modest) = (ReadSource(), ReadSource())
        let begun = Signal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await ReadSource.$current.withValue(greedy) {
                    await turns.run {
                        begun.open()
                        await course.gate.wait()
                    }
                }
            }
            await begun.wait()
            for _ in 0..<50 {
                group.addTask {
                    await ReadSource.$current.withValue(greedy) { await turns.run { course.note("greedy") } }
                }
            }
            while turns.waiting < 50 { await Task.yield() }
            group.addTask {
                await ReadSource.$current.withValue(modest) { await turns.run { course.note("modest") } }
            }
            while turns.waiting < 51 { await Task.yield() }
            course.gate.open()
        }
        #expect(course.names.count == 51)
        #expect(course.names.prefix(2).contains("modest"), "\(course.names)")
    }

    @Test func `a read that fails gives its turn back`() async {
        let turns = ReadTurns(limit: 1)
        for _ in 0..<3 {
            await #expect(throws: CancellationError.self) {
                try await turns.run { () async throws(CancellationError) -> Int in throw CancellationError() }
            }
        }
        #expect(await turns.run { 7 } == 7)
    }

    @Test func `a task that has a turn needs no other one, and gives it to others while it waits`() async {
        let turns = ReadTurns(limit: 1)
        let other = ReadTurns(limit: 1)
        let (isWaiting, isDone) = (Signal(), Signal())
        let course = Course()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await turns.run {
                    await turns.run { course.note("nested") }
                    await other.run { course.note("of another kind") }
                    await ReadTurns.waiting {
                        isWaiting.open()
                        await isDone.wait()
                    }
                    course.note("goes on")
                }
            }
            await isWaiting.wait()
            // This one would never have its turn if the task that waits still had its own.
            await ReadSource.$current.withValue(ReadSource()) {
                await turns.run { course.note("meanwhile") }
            }
            isDone.open()
        }
        #expect(course.names == ["nested", "of another kind", "meanwhile", "goes on"])
        #expect(turns.waiting == 0)
    }
}
