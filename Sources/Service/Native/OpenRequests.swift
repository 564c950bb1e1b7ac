internal import CRM
internal import Schema

/// The requests of one connection that are not yet answered: which there are, and how much room is left.
///
/// A value without input or output; the handler of the connection acts on it, on its event loop.
struct OpenRequests {
    /// What answers a request.
    enum Work {
        /// The command path. Results of commands that were refused before they got there stand here by index.
        case commands(refused: [Int: CommandResult])
        /// A task that answers once.
        case query(Task<Void, Never>)
        /// A task that answers with many frames.
        case stream(Task<Void, Never>, StreamGate)
    }

    private struct Entry {
        var work: Work
        var bytes: Int
    }

    private let limits: NativeLimits
    private var entries: [UInt64: Entry] = [:]
    private var streams = 0
    private var bytes = 0

    init(limits: NativeLimits) { self.limits = limits }

    var isEmpty: Bool { entries.isEmpty }

    /// No more requests are to be read for now. Streams do not count: they end when the client wants, and their
    /// credit has to be read.
    var isFull: Bool { entries.count - streams >= limits.openRequests || bytes >= limits.bytesInFlight }

    var takesStream: Bool { streams < limits.streams }

    func contains(_ id: UInt64) -> Bool { entries[id] != nil }

    mutating func add(_ id: UInt64, _ work: Work, bytes size: Int) {
        if case .stream = work {
            streams += 1
            entries[id] = Entry(work: work, bytes: 0)
        } else {
            bytes += size
            entries[id] = Entry(work: work, bytes: size)
        }
    }

    /// Takes out a request that is answered; nil where it is not open (any more).
    mutating func remove(_ id: UInt64) -> Work? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        bytes -= entry.bytes
        if case .stream = entry.work { streams -= 1 }
        return entry.work
    }

    /// Takes out everything.
    mutating func removeAll() -> [Work] {
        defer {
            entries = [:]
            streams = 0
            bytes = 0
        }
        return entries.values.map(\.work)
    }

    func gate(of id: UInt64) -> StreamGate? {
        guard case .stream(_, let gate)? = entries[id]?.work else { return nil }
        return gate
    }

    var gates: [StreamGate] {
        entries.values.compactMap { entry in
            if case .stream(_, let gate) = entry.work { gate } else { nil }
        }
    }

    /// Stops the task of this request, if it has one; commands cannot be taken back.
    func cancel(_ id: UInt64) {
        switch entries[id]?.work {
        case .query(let task), .stream(let task, _): task.cancel()
        case .commands, nil: break
        }
    }

    /// Stops all streams: they would never end by themselves.
    func cancelStreams() {
        for entry in entries.values {
            if case .stream(let task, _) = entry.work { task.cancel() }
        }
    }
}
