internal import Schema

// Whether a log that was just opened is the one that its witness knows.

extension EventLog {
    /// What can be said of the log now.
    package var statement: Witness.Statement {
        let end = self.end
        return Witness.Statement(log: id, epoch: epoch, size: end.position.rawValue, root: end.root)
    }

    /// Compares the log, before anything is appended, with what a witness last knew of it.
    ///
    /// - Throws: `rolledBack` where the log is another one, is shorter, or has another root at that size; `damaged`.
    package func compare(with statement: Witness.Statement, from path: String) throws(EventLogError) {
        guard statement.log == id else {
            throw Self.rolledBack("The witness \(path) knows the log \(statement.log), and this is the log \(id).")
        }
        guard statement.size <= openedFrontier.size else {
            throw Self.rolledBack(
                "The log ends at position \(openedFrontier.size), and the witness \(path) knows \(statement.size).")
        }
        guard try root(at: statement.size) == statement.root else {
            throw Self.rolledBack(
                "The log has another root at position \(statement.size) than the witness \(path) knows.")
        }
    }

    /// What is said where a directory holds no log, though a witness knows one.
    package static func lost(_ statement: Witness.Statement, from directory: String) -> EventLogError {
        rolledBack("The directory \(directory) holds no log, and its witness knows \(statement.size) events of one.")
    }

    private static func rolledBack(_ sentence: String) -> EventLogError {
        EventLogError(
            .rolledBack,
            "\(sentence) An old copy was put in its place, a volume is not mounted, or events were lost. Restore the newest copy; if this is the log that you want, start once with --accept-rollback."
        )
    }

    /// The root of the tree over the first records, of those that there were when the log was opened.
    private func root(at size: UInt64) throws(EventLogError) -> TreeHash {
        var frontier = openedFrontier.shared(with: size)
        guard frontier.size < size else { return frontier.root }
        try storage.scan(from: Position(frontier.size + 1)) { position, value throws(EventLogError) in
            frontier.append(try Self.checked(value, at: position).leaf)
            return frontier.size < size
        }
        return frontier.root
    }
}
