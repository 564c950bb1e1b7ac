internal import FoundationEssentials
internal import Glibc
internal import Testing

/// The real writer, deciders, scheduler and folds on a simulated machine: see `docs/simulation.md`.
///
/// `KITH_SIMULATION_SEEDS` says how many seeds, `KITH_SIMULATION_START` with which one it begins, and
/// `KITH_SIMULATION_SECONDS` after how long no further one is begun.
@Suite(.serialized) struct SimulationTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment["KITH_SIMULATION_\(name)"].flatMap { Int($0) }
    }

    @Test func `no seed loses, doubles or invents anything`() throws {
        let count = Self.setting("SEEDS") ?? 2_000
        // In the test command it ends after a minute also where the machine is slow.
        let seconds = Self.setting("SECONDS") ?? (Self.setting("SEEDS") == nil ? 60 : nil)
        let runs = SeedRuns(from: UInt64(Self.setting("START") ?? 1), count: count, seconds: seconds)
        let (report, failures) = try runs.run()
        print(report.text)
        for failure in failures { Issue.record(Comment(rawValue: failure.text)) }
        #expect((report.lost, report.wrong, report.doubled) == (0, 0, 0))
        if report.seeds >= 100 {
            // A world in which nothing goes wrong proves nothing.
            #expect(report.disk.powerCuts > 0 && report.disk.tornWrites > 0 && report.disk.kills > 0)
            #expect(report.disk.failedCalls > 0 && report.disk.fullDisks > 0 && report.clockStops > 0)
            #expect(report.inDoubt > 0 && report.timersFired > 0 && report.viewsCompared > 0)
            #expect(report.disk.overlaps > 0)
        }
    }

    @Test func `a seed is the same world each time`() throws {
        for seed: UInt64 in 1...10 {
            let first = try Simulation(seed: seed).run()
            #expect(try Simulation(seed: seed).run() == first)
            #expect(!first.root.isEmpty)
        }
    }

    @Test(arguments: SeededBug.allCases)
    func `a bug is found within few seeds`(_ bug: SeededBug) throws {
        let (_, failures) = try SeedRuns(from: 1, count: 300, bug: bug, failures: 1).run()
        let found = try #require(failures.first, "nothing finds the bug \(bug)")
        let sound = try SeedRuns(from: found.seed, count: 1).run()
        #expect(sound.failures.isEmpty, "the seed \(found.seed) fails without the bug as well")
    }
}
