internal import EventLog
internal import LMDB
internal import Logging
internal import Synchronization

/// Looks at every page of the stores that were too large for that when they were opened, one store after the other, on a
/// thread of its own. A view that is damaged makes itself anew; the index at the next start.
///
/// The log is left out: it is written at its end alone, and the scrub reads it.
final class StoreExamination: Sendable {
    private let directory: LogDirectory
    private let index: IndexStore
    private let logger: Logger
    private let isStopping = Atomic<Bool>(false)

    init(directory: LogDirectory, index: IndexStore, logger: Logger) {
        self.directory = directory
        self.index = index
        self.logger = logger
    }

    /// Ends `run` soon.
    func stop() { isStopping.store(true, ordering: .relaxed) }

    /// Looks at all of them once.
    func run() {
        do throws(EventLogError) {
            try index.examineRest { [self] in goesOn }
        } catch {
            report(directory.indexPath, error.message)
        }
        let others = Set(stores.map(\.path)).subtracting([directory.logPath, directory.indexPath])
        for path in others.sorted() where goesOn {
            // Not held any longer than it is looked at: whoever owns it may close it and open it again.
            guard let store = stores.first(where: { $0.path == path }) else { continue }
            do throws(LMDBError) {
                try store.examineRest { [self] in goesOn }
                if let damage = store.damage { throw damage }
            } catch {
                report(path, error.message)
            }
        }
    }

    private var goesOn: Bool { !isStopping.load(ordering: .relaxed) }

    private var stores: [Environment] { Environment.open(below: directory.path) }

    private func report(_ path: String, _ reason: String) {
        logger.error("a store is damaged, or cannot be read", metadata: ["store": "\(path)", "reason": "\(reason)"])
    }
}
