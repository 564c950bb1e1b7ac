internal import EventLog
internal import LMDB
package import Schema
package import Views

/// Why a projection could not be kept, read or rebuilt.
///
/// The message is for a person and never holds personal data.
package struct ReplayError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable code.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String {
            case notYet, parked, view, storage, damaged, diskFull, log, unfit
            case rebuildRunning, unknownProjection, stopped, cancelled
        }
        private var wrapped: Wrapped

        private init(_ wrapped: Wrapped) { self.wrapped = wrapped }

        /// The projection did not reach the position in time. Asking again can help.
        package static let notYet = Code(.notYet)
        /// The projection stopped at an event before the position that was asked for; only a rebuild mends it.
        package static let parked = Code(.parked)
        /// The reader's closure threw; `view` says what.
        package static let view = Code(.view)
        /// The projection's own store failed.
        package static let storage = Code(.storage)
        /// The projection's own store, or a record of the log (`position` says which), is not what was written.
        package static let damaged = Code(.damaged)
        /// There is no space for it. Asking again helps once there is.
        package static let diskFull = Code(.diskFull)
        /// The log could not be read; `position` says where, if that is known.
        package static let log = Code(.log)
        /// A rebuild met an event that the projection cannot apply; `position` says which.
        package static let unfit = Code(.unfit)
        /// A rebuild of this projection runs already.
        package static let rebuildRunning = Code(.rebuildRunning)
        /// There is no projection of this name.
        package static let unknownProjection = Code(.unknownProjection)
        /// The engine was stopped.
        package static let stopped = Code(.stopped)
        /// The task was cancelled.
        package static let cancelled = Code(.cancelled)

        package var description: String { wrapped.rawValue }
    }

    package var code: Code
    /// What happened and what to do about it.
    package var message: String
    /// The position concerned, where there is one.
    package var position: Position?
    /// What the reader's closure threw, where the code is `view`.
    package var view: ViewError?

    package init(_ code: Code, _ message: String, position: Position? = nil, view: ViewError? = nil) {
        self.code = code
        self.message = message
        self.position = position
        self.view = view
    }

    package var description: String { "\(code): \(message)" }
}

extension ReplayError {
    init(_ error: LMDBError, during activity: String) {
        let code: Code =
            if error.code == .diskFull { .diskFull } else if error.saysDamage { .damaged } else { .storage }
        self.init(code, "While \(activity): \(error.message)")
    }

    init(_ error: EventLogError) {
        let code: Code =
            switch error.code {
            case .diskFull: .diskFull
            case .damaged: .damaged
            default: .log
            }
        self.init(code, error.message, position: error.position)
    }

    init(_ error: ViewError) {
        self.init(.view, error.message, view: error)
    }

    /// The same for a store that was found damaged.
    var isDamage: Bool { code == .damaged || view?.code == .rowDamaged }

    static let cancelledTask = ReplayError(.cancelled, "The request was cancelled.")
    static let stoppedEngine = ReplayError(.stopped, "The service is stopping. Ask again once it has started.")
}

extension LMDBError {
    /// Whether it says that the file is no good, rather than that the machine is in trouble.
    var saysDamage: Bool {
        [.corrupted, .pageNotFound, .invalid, .versionMismatch, .incompatible, .badTable].contains(code)
    }
}
