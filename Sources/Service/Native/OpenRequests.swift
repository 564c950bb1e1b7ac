/// The requests of one connection that are not yet answered: which there are, and how much room is left.
///
/// A value without input or output; the handler of the connection acts on it, on its event loop.
struct OpenRequests {
    /// What answers a request.
    enum Work {
        /// The command path; `OpenSubmissions` has what became of the commands.
        case commands
        /// A task that answers once.
        case query(Task<Void, Never>)
        /// A task that answers with many frames.
        case stream(Task<Void, Never>, StreamGate)
        /// A task that takes several frames, and answers each.
        case upload(Task<Void, Never>, UploadParts)
    }

    private struct Entry {
        var work: Work
        var bytes: Int

        /// It lasts as long as the client wants.
        var isStream: Bool {
            switch work {
            case .stream, .upload: true
            case .commands, .query: false
            }
        }
    }

    /// Uploads that are remembered when they are over: frames may still come that were sent before.
    private static let uploadsRemembered = 1_024

    private let limits: NativeLimits
    private var entries: [UInt64: Entry] = [:]
    private var streams = 0
    private var queries = 0
    private var bytes = 0
    private var formerUploads: Set<UInt64> = []

    init(limits: NativeLimits) { self.limits = limits }

    var isEmpty: Bool { entries.isEmpty }

    /// No more requests are to be read for now. Streams do not count: they end when the client wants, and their
    /// credit has to be read.
    var isFull: Bool {
        entries.count - streams >= limits.openRequests || queries >= limits.openQueries || bytes >= limits.bytesInFlight
    }

    var takesStream: Bool { streams < limits.streams }

    func contains(_ id: UInt64) -> Bool { entries[id] != nil }

    mutating func add(_ id: UInt64, _ work: Work, bytes size: Int) {
        var entry = Entry(work: work, bytes: size)
        if entry.isStream {
            streams += 1
            entry.bytes = 0
        }
        if case .query = entry.work { queries += 1 }
        bytes += entry.bytes
        entries[id] = entry
        formerUploads.remove(id)
    }

    /// Takes out a request that is answered; nil where it is not open (any more).
    mutating func remove(_ id: UInt64) -> Work? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        bytes -= entry.bytes
        if entry.isStream { streams -= 1 }
        if case .query = entry.work { queries -= 1 }
        if case .upload = entry.work { noteUploadOver(id) }
        return entry.work
    }

    /// Takes out everything.
    mutating func removeAll() -> [Work] {
        defer {
            entries = [:]
            streams = 0
            queries = 0
            bytes = 0
        }
        return entries.values.map(\.work)
    }

    func gate(of id: UInt64) -> StreamGate? {
        guard case .stream(_, let gate)? = entries[id]?.work else { return nil }
        return gate
    }

    /// The upload that is open under an id.
    func upload(_ id: UInt64) -> UploadParts? {
        guard case .upload(_, let parts)? = entries[id]?.work else { return nil }
        return parts
    }

    /// An upload is over, or was refused at once.
    mutating func noteUploadOver(_ id: UInt64) {
        if formerUploads.count >= Self.uploadsRemembered { formerUploads.removeFirst() }
        formerUploads.insert(id)
    }

    /// Whether an upload had this id that is over.
    func hadUpload(_ id: UInt64) -> Bool { formerUploads.contains(id) }

    var gates: [StreamGate] {
        entries.values.compactMap { entry in
            if case .stream(_, let gate) = entry.work { gate } else { nil }
        }
    }

    /// Stops the task of this request, if it has one; commands cannot be taken back.
    func cancel(_ id: UInt64) {
        switch entries[id]?.work {
        case .query(let task), .stream(let task, _), .upload(let task, _): task.cancel()
        case .commands, nil: break
        }
    }

    /// Stops all streams: they would never end by themselves. Uploads take what has arrived, and nothing more.
    func cancelStreams() {
        for entry in entries.values {
            switch entry.work {
            case .stream(let task, _): task.cancel()
            case .upload(_, let parts): parts.end()
            case .commands, .query: break
            }
        }
    }
}
