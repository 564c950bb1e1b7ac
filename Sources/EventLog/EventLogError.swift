package import LMDB
package import Schema

/// Why the log could not do what it was asked.
package struct EventLogError: Error, Sendable, CustomStringConvertible {
    /// A stable code.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String {
            case locked, notWritable, format, damaged, index, store, diskFull, poisoned, clock, tooLarge, rolledBack
        }
        private var wrapped: Wrapped

        private init(_ wrapped: Wrapped) { self.wrapped = wrapped }

        /// Another process has the directory.
        package static let locked = Code(.locked)
        /// The directory cannot be made or written.
        package static let notWritable = Code(.notWritable)
        /// The directory is of another format version, or of another log than its FORMAT file says.
        package static let format = Code(.format)
        /// Stored bytes are not what was written.
        package static let damaged = Code(.damaged)
        /// The index, which follows from the log, is damaged. It is made anew when the log is opened next.
        package static let index = Code(.index)
        /// LMDB failed; `cause` keeps the code and the call.
        package static let store = Code(.store)
        /// There is no space left.
        package static let diskFull = Code(.diskFull)
        /// A flush failed before; nothing is appended until the log was opened again.
        package static let poisoned = Code(.poisoned)
        /// The clock jumped ahead of the time since boot by more than five minutes.
        package static let clock = Code(.clock)
        /// A record is longer than the format allows.
        package static let tooLarge = Code(.tooLarge)
        /// The log is not the one, or not as long, as its witness knows.
        package static let rolledBack = Code(.rolledBack)

        package var description: String { wrapped.rawValue }
    }

    package var code: Code
    /// What happened, and what to do about it.
    package var message: String
    /// The store's error, where it was one.
    package var cause: LMDBError?
    /// The first position concerned, where one is known.
    package var position: Position?
    /// What kind of damage it is, where the code is `damaged` and that is known.
    package var damageKind: DamageKind = .unspecified

    package init(_ code: Code, _ message: String, cause: LMDBError? = nil, position: Position? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.position = position
    }

    /// Damage of the log at a position.
    static func damage(_ kind: DamageKind, at position: Position, _ message: String) -> EventLogError {
        var error = EventLogError(.damaged, message, position: position)
        error.damageKind = kind
        return error
    }

    /// The damage of the log that this error tells of; nil where it is another error, or damage of something else.
    package var damage: LogDamage? {
        guard code == .damaged, let position else { return nil }
        var damage = LogDamage()
        damage.position = position.rawValue
        damage.kind = damageKind
        damage.sentence = message
        return damage
    }

    /// The same error of the store, with the place where it met it.
    func met(at position: Position) -> EventLogError {
        guard code == .damaged, self.position == nil else { return self }
        var error = self
        error.position = position
        error.damageKind = .store
        error.message = "Position \(position) cannot be read: \(message)"
        return error
    }

    /// The error of the log that an error of LMDB means.
    package init(_ error: LMDBError, during activity: String) {
        let code: Code =
            switch error.code {
            case .diskFull, .mapFull: .diskFull
            case .corrupted, .pageNotFound: .damaged
            case .permission: .notWritable
            case .alreadyOpen: .locked
            default: .store
            }
        self.init(code, "While \(activity): \(error.message)", cause: error)
    }

    /// The error of the log that a failed write means. LMDB calls a write that a full disk cut short an I/O error: how
    /// much room is left tells the two apart.
    ///
    /// - Parameter bytes: how much was to be written at most.
    init(_ error: LMDBError, writing bytes: Int, to environment: Environment, during activity: String) {
        self.init(error, during: activity)
        guard error.code == .io else { return }
        do {
            if try environment.freeSpace() < bytes { code = .diskFull }
        } catch {
            // A disk that cannot even be measured is broken, not full: the error stays what it is.
        }
    }

    package var description: String { "\(code): \(message)" }
}
