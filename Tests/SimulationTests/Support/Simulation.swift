internal import EventLog
internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import Synchronization

@testable import Service

/// One run: a service on a simulated machine, its clients, and what goes wrong, all from one seed.
///
/// ```swift
/// let simulation = try Simulation(seed: 17)
/// let report = try simulation.run()   // report.lost == 0, report.wrong == 0, report.doubled == 0
/// ```
final class Simulation {
    let seed: UInt64
    private let machine: SimulatedMachine
    private var random: SeededGenerator
    private var workload: Workload
    private(set) var ledger = Ledger()
    private var report = SimulationReport()
    private var service: SimulatedService?
    private var views: [any FollowedView] = []
    private var viewTypes: [any FollowedView.Type]
    /// Microseconds by which the wall clock was put back, all together.
    private var putBack: Int64 = 0

    /// Times a start is tried before the disk is healed.
    private static let startsMaximum = 4

    init(seed: UInt64, bug: SeededBug? = nil) throws {
        self.seed = seed
        machine = try SimulatedMachine(seed: seed, bug: bug)
        random = SeededGenerator(seed: seed)
        workload = Workload(seed: seed ^ 0xC0)
        let first = Int(seed % UInt64(followedViews.count))
        viewTypes = [followedViews[first], followedViews[(first + 1) % followedViews.count]]
        report.seeds = 1
    }

    /// What was found wrong, in words.
    var violations: [Ledger.Violation] { ledger.violations }

    /// Runs it to its end.
    ///
    /// - Throws: what keeps the simulation itself from running; what the service does wrong stands in the report.
    func run() throws -> SimulationReport {
        defer { stopService(orderly: false) }
        start()
        for _ in 0..<Int.random(in: 8...20, using: &random) where service != nil { step() }
        if service != nil { finish() }
        stopService(orderly: false)
        try machine.scrap()
        return finished()
    }

    private func finished() -> SimulationReport {
        report.disk = machine.disk.counts
        (report.sent, report.acknowledged, report.refused) = (ledger.sent, ledger.acknowledged, ledger.refused)
        for violation in ledger.violations {
            switch violation.kind {
            case .lost: report.lost += 1
            case .wrong: report.wrong += 1
            case .doubled: report.doubled += 1
            }
        }
        return report
    }

    // MARK: Steps

    private func step() {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<8: sendRound()
        case 8..<12: armFault()
        case 12: machine.disk.leaveSpace(Int.random(in: 0...3_000, using: &random))
        case 13, 14: machine.clock.pass(Int64.random(in: 1...2_000, using: &random) * 60_000_000)
        case 15: putClock()
        case 16: service?.fireTimers()
        case 17: followViews()
        case 18: die(powerCut: Bool.random(using: &random))
        default:
            stopService(orderly: true)
            start()
        }
        restartIfNeeded()
    }

    /// Some clients send at once; one or the other sends again what it had no answer to, or what it has had one to.
    private func sendRound() {
        var commands = (0..<Int.random(in: 1...4, using: &random)).map { _ in workload.next(at: machine.clock.now()) }
        if Int.random(in: 0..<3, using: &random) == 0, let again = ledger.inDoubt.randomElement(using: &random) {
            commands.append(again)
        }
        if Int.random(in: 0..<4, using: &random) == 0, let settled = ledger.settled.randomElement(using: &random) {
            commands.append(Bool.random(using: &random) ? settled : workload.altered(settled))
        }
        send(commands)
    }

    private func send(_ commands: [Command]) {
        guard let service else { return }
        let mayAccept = service.failure == nil || service.failure?.code == .diskFull
        let sink = AnswerSink(disk: machine.disk)
        for command in commands { ledger.note(command) }
        service.send(commands, to: sink, groups: Int.random(in: 1...3, using: &random))
        let answers = sink.answers
        guard answers.isEmpty || answers.count == commands.count || !machine.disk.isAlive else {
            return ledger.add(.wrong, "\(commands.count) commands got \(answers.count) answers")
        }
        for (command, answer) in zip(commands, answers) { ledger.note(answer, of: command, mayAccept: mayAccept) }
        machine.clock.pass(Int64.random(in: 0...3_000_000, using: &random))
    }

    private func armFault() {
        let moments: [SimulatedDisk.Moment] = [.before, .during, .during, .after]
        let moment = moments.randomElement(using: &random) ?? .during
        let fault: SimulatedDisk.Fault =
            switch Int.random(in: 0..<7, using: &random) {
            case 0, 1: .error
            case 2..<5: .powerCut(moment)
            default: .kill(moment)
            }
        machine.disk.arm(fault, atCall: Int.random(in: 1...6, using: &random))
    }

    /// Somebody puts the wall clock forward or back, by seconds or by weeks.
    private func putClock() {
        let seconds = [1, 200, 290, 310, 3_600, 86_400 * 40].randomElement(using: &random) ?? 1
        let isBack = !Bool.random(using: &random)
        machine.clock.put((isBack ? -1 : 1) * Int64(seconds) * 1_000_000)
        if isBack { putBack += Int64(seconds) * 1_000_000 }
        report.clockJumps += 1
    }

    private func followViews() {
        guard service != nil else { return }
        attempt("a view cannot follow") {
            for view in views {
                try view.follow(
                    most: Int.random(in: 1...40, using: &random), missing: machine.bug == .viewMissesEvent)
                if Bool.random(using: &random) { try view.commit() }
            }
        }
    }

    // MARK: Starting and stopping

    /// The power goes, or the process is killed, while nothing is under way.
    private func die(powerCut: Bool) {
        if powerCut { machine.disk.cutPower() } else { machine.disk.kill() }
    }

    /// What an operator does, and the service manager: a process that is gone or has stopped to write is started again.
    private func restartIfNeeded() {
        guard service != nil else { return }
        if machine.disk.isAlive {
            if service?.isShortOfSpace == true, Bool.random(using: &random) { machine.disk.makeSpace() }
            guard let failure = service?.failure else { return }
            if failure.code == .clock { report.clockStops += 1 }
            if machine.bug == .goesOnAfterFailedFlush, failure.code == .store { return goOnRegardless() }
            // For a while nobody comes.
            if Int.random(in: 0..<3, using: &random) == 0 { return }
            if failure.code == .diskFull { machine.disk.makeSpace() }
            attempt("a doubt cannot be noted") { try service?.noteDoubt(failure) }
        }
        var powerGoes: Bool
        repeat {
            stopService(orderly: false)
            start()
            // Now and then the power goes again before anything was written.
            powerGoes = service != nil && Int.random(in: 0..<8, using: &random) == 0
            if powerGoes { die(powerCut: true) }
        } while powerGoes
    }

    private func goOnRegardless() { service?.goOnRegardless() }

    private func stopService(orderly: Bool) {
        if orderly, machine.disk.isAlive {
            service?.stopOrderly()
        } else {
            service?.stop()
        }
        service = nil
        views = []
    }

    /// Starts the service, again and again where the disk fails, and compares its log with what is known.
    private func start() {
        if report.restarts > 0 || report.events > 0 { removeDerived() }
        for attempt in 1...Self.startsMaximum {
            machine.disk.revive()
            if attempt == Self.startsMaximum { machine.disk.heal() }
            do {
                let service = try SimulatedService(machine)
                self.service = service
                break
            } catch let error as EventLogError where error.code == .damaged || error.code == .format {
                ledger.add(.wrong, "the log cannot be opened: \(error)")
                return
            } catch {
                guard attempt < Self.startsMaximum else { return ledger.add(.wrong, "no start succeeds: \(error)") }
            }
        }
        report.restarts += 1
        guard let service else { return }
        for key in SimulatedService.firstStartKeys { service.commandID(key: key).map { ledger.expect($0) } }
        ledger.expect(service.log.id)
        ledger.check(service.log)
        openViews(service.log)
    }

    /// What follows from the log may be lost between two starts.
    private func removeDerived() {
        guard Int.random(in: 0..<6, using: &random) == 0 else { return }
        report.derivedRemoved += 1
        attempt("derived data cannot be removed") {
            try machine.remove(Bool.random(using: &random) ? "index" : "views")
        }
    }

    private func openViews(_ log: EventLog) {
        attempt("a view cannot be opened") {
            views = try viewTypes.map { type in
                let view = try type.init(log, path: "\(machine.viewsPath)/\(type.name)", sync: true)
                if let reason = view.discarded { ledger.add(.wrong, "the view \(type.name) was discarded: \(reason)") }
                return view
            }
        }
    }

    // MARK: The end

    /// The disk is well again: everybody gets his answer, time passes, and the power goes once more.
    private func finish() {
        machine.disk.heal()
        stopService(orderly: false)
        start()
        report.inDoubt += ledger.inDoubt.count
        for command in ledger.inDoubt { send([command]) }
        if !ledger.inDoubt.isEmpty { ledger.add(.wrong, "\(ledger.inDoubt.count) commands get no answer") }
        // Everything is due then, also where the clock was put back again and again.
        machine.clock.pass(5_000 * 60_000_000 + 10 * 86_400_000_000 + putBack)
        service?.fireTimers()
        machine.disk.cutPower()
        stopService(orderly: false)
        start()
        guard let service else { return }
        let reading = LogReading(service.log)
        report.events = reading.leaves.count
        report.timersFired = reading.kinds[.couponExpired] ?? 0
        report.root = service.log.end.root.bytes
        if reading.kinds[.couponExpired] != reading.kinds[.offerIssued] {
            ledger.add(.wrong, "\(reading.kinds[.offerIssued] ?? 0) coupons, \(report.timersFired) have expired")
        }
        compareViews(service.log)
    }

    /// P5: each view equals one that is folded anew.
    private func compareViews(_ log: EventLog) {
        attempt("a view cannot be compared") {
            for (view, type) in zip(views, viewTypes) {
                let fresh = try type.init(log, path: "\(machine.viewsPath)/fresh-\(type.name)", sync: false)
                try fresh.follow(most: .max, missing: false)
                // Page by page; one that cannot be had ends it, and the positions differ.
                for _ in 0...log.end.position.rawValue where view.position < log.end.position {
                    try view.follow(most: 25, missing: false)
                }
                report.viewsCompared += 1
                if try fresh.position != view.position || fresh.digest() != view.digest() {
                    ledger.add(.wrong, "the view \(type.name) is not what a fresh one is")
                }
            }
        }
    }

    /// What must not fail: where it does, that is wrong.
    private func attempt(_ what: String, _ body: () throws -> Void) {
        do { try body() } catch { ledger.add(.wrong, "\(what): \(error)") }
    }
}

/// Takes the answers that come while the machine is on.
private final class AnswerSink: ReplySink {
    private let disk: SimulatedDisk
    private let taken = Mutex<[CommandResult]>([])

    init(disk: SimulatedDisk) { self.disk = disk }

    var answers: [CommandResult] { taken.withLock { $0 } }

    func deliver(_ replies: [SubmitReply]) {
        guard disk.isAlive else { return }
        taken.withLock { $0 += replies.flatMap(\.results) }
    }
}
