internal import EventLog
internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import Synchronization

@testable import Service

/// What the clients know: every command that was sent and every answer, kept outside the service.
///
/// Its check is the oracle of `docs/simulation.md`: P1 what was acknowledged is there, at its position and with its hash;
/// P2 nothing is there that nobody sent; P3 positions, streams, times and roots are right; P4 a command has one effect.
struct Ledger {
    /// Where an event of a command stands.
    struct Place: Hashable {
        var position: UInt64
        var leaf: [UInt8]
    }

    /// What is known of a command.
    enum Standing: Hashable {
        /// It may be in the log or not.
        case inDoubt
        /// It stands there: somebody was told so, or has read it.
        case there([Place])
        /// It was refused, or found nothing to change, and stands nowhere.
        case absent
    }

    /// What is wrong, and with whom.
    struct Violation: Hashable, CustomStringConvertible {
        enum Kind: String, Hashable {
            case lost, wrong, doubled
        }
        var kind: Kind
        var text: String

        var description: String { "\(kind.rawValue): \(text)" }
    }

    private(set) var commands: [Identifier: Command] = [:]
    private(set) var standings: [Identifier: Standing] = [:]
    /// Roots that were told, by the size of the tree.
    private(set) var roots: [UInt64: [UInt8]] = [:]
    private(set) var violations: [Violation] = []
    private(set) var acknowledged = 0
    private(set) var refused = 0
    private(set) var sent = 0

    mutating func add(_ kind: Violation.Kind, _ text: String) {
        violations.append(Violation(kind: kind, text: text))
    }

    /// The commands of which nobody knows what became of them, in the order of their ids.
    var inDoubt: [Command] {
        standings.filter { $0.value == .inDoubt }.keys.sorted().compactMap { commands[$0] }
    }

    /// Commands that are known to be in the log, in the order of their ids.
    var settled: [Command] {
        standings.filter { if case .there = $0.value { true } else { false } }.keys.sorted().compactMap { commands[$0] }
    }

    /// Ids that the service uses itself, and that may be in the log.
    mutating func expect(_ id: Identifier) { standings[id] = standings[id] ?? .inDoubt }

    // MARK: Sending and answers

    /// A command is about to be sent.
    mutating func note(_ command: Command) {
        guard let id = Identifier(command.id) else { return }
        sent += 1
        commands[id] = commands[id] ?? command
        if case .there = standings[id] { return }
        standings[id] = .inDoubt
    }

    /// An answer to a command has arrived.
    ///
    /// - Parameter mayAccept: false where the writer had stopped before the command was sent.
    mutating func note(_ result: CommandResult, of command: Command, mayAccept: Bool) {
        guard let id = Identifier(result.commandID), let standing = standings[id] else {
            return add(.wrong, "an answer to \(result.commandID), which nobody sent")
        }
        switch result.outcome {
        case .accepted(let accepted)?:
            acknowledged += 1
            if command != commands[id] { add(.wrong, "\(id) was accepted with other content") }
            if !mayAccept { add(.wrong, "\(id) was acknowledged by a writer that has failed") }
            note(accepted, id, standing)
        case .unchanged?:
            if case .there = standing { add(.doubled, "\(id) is in the log and was decided again") }
            standings[id] = .absent
        case .refused(let error)?: note(error, id, standing, command)
        case nil: add(.wrong, "\(id) got an empty answer")
        }
    }

    private mutating func note(_ accepted: Accepted, _ id: Identifier, _ standing: Standing) {
        let places = accepted.events.map { Place(position: $0.position, leaf: [UInt8]($0.leafHash)) }
        if case .there(let before) = standing {
            if before != places { add(.wrong, "\(id) got another answer than before") }
            if !accepted.replayed { add(.doubled, "\(id) was carried out again") }
        }
        standings[id] = .there(places)
        let root = [UInt8](accepted.root)
        if let before = roots[accepted.treeSize], before != root {
            add(.wrong, "two roots of the tree of \(accepted.treeSize) records were told")
        }
        roots[accepted.treeSize] = root
    }

    private mutating func note(
        _ error: ErrorDetail, _ id: Identifier, _ standing: Standing, _ command: Command
    ) {
        refused += 1
        // A writer that has stopped says nothing about the command.
        if [.readOnly, .diskFull].contains(error.code) { return }
        if error.code == .commandIDReused, command != commands[id] { return }
        if case .there = standing { add(.lost, "\(id) is in the log and was refused: \(error.code) \(error.sentence)") }
        if case .inDoubt = standing, command == commands[id] { standings[id] = .absent }
    }

    // MARK: The log

    /// Compares a log with everything that is known.
    mutating func check(_ log: EventLog) {
        let reading = LogReading(log)
        for problem in reading.problems { add(.wrong, problem) }
        for (id, runs) in reading.runs {
            if runs.count > 1 { add(.doubled, "\(id) has \(runs.count) effects") }
            guard !runs[0].isOfTime else { continue }
            guard let standing = standings[id] else {
                add(.wrong, "position \(runs[0].places[0].position) belongs to \(id), which nobody sent")
                continue
            }
            check(id, standing, runs[0].places)
        }
        for (id, standing) in standings where reading.runs[id] == nil {
            if case .there(let places) = standing {
                add(.lost, "\(id) was acknowledged at \(places.map(\.position)) and is gone")
            }
        }
        for (size, root) in roots {
            if size > reading.leaves.count {
                add(.lost, "a tree of \(size) records was told, and there are \(reading.leaves.count)")
            } else if MerkleTree.root(reading.leaves.prefix(Int(size))) != root {
                add(.wrong, "the root over \(size) records is not the one that was told")
            }
        }
    }

    private mutating func check(_ id: Identifier, _ standing: Standing, _ places: [Place]) {
        switch standing {
        case .inDoubt: standings[id] = .there(places)
        case .absent:
            add(.wrong, "\(id) was refused and is in the log")
            standings[id] = .there(places)
        case .there(let known): if known != places { add(.wrong, "\(id) stands elsewhere than was said") }
        }
    }
}
