internal import LMDB
package import Schema
internal import Synchronization

/// Records of one group commit, laid end to end: each value is a record followed by its leaf hash.
package struct RecordGroup: Sendable {
    /// Position of the first record.
    package let first: Position
    package private(set) var bytes: [UInt8] = []
    /// Where each value ends in `bytes`.
    package private(set) var ends: [Int] = []

    package init(first: Position) { self.first = first }

    package var count: Int { ends.count }
    /// Position that the next record will get.
    package var next: Position { first.advanced(by: ends.count) }

    /// Appends a record and its leaf hash.
    package mutating func append(record: [UInt8], leaf: TreeHash) {
        bytes.append(contentsOf: record)
        leaf.append(to: &bytes)
        ends.append(bytes.count)
    }

    /// Calls `body` with the value at an index.
    package func withValue<Result, Failure: Error>(
        _ index: Int, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = index == 0 ? 0 : ends[index - 1]
        return try unsafe body(bytes.span.bytes.extracting(start..<ends[index]))
    }
}

/// Where the records lie. The log runs on LMDB; simulations put their own disk here.
package protocol LogStorage: Sendable {
    /// Makes a group durable: when this returns, it is on stable storage; when it throws, nothing is known of it.
    ///
    /// Called by one thread only.
    func append(_ group: RecordGroup) throws(EventLogError)
    /// The last position, none in an empty log.
    func lastPosition() throws(EventLogError) -> Position
    /// Calls `body` with the values from `position` on, in order, until it returns false or the log ends. The spans
    /// live only during the call.
    func scan(from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool) throws(EventLogError)
    /// Calls `body` with the value at one position; nil where there is none.
    func value<Result>(at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result) throws(EventLogError)
        -> Result?
    /// Bytes on disk.
    func size() throws(EventLogError) -> Int
}

/// The records in an LMDB environment with one unnamed table.
package final class LMDBLogStorage: LogStorage {
    private let environment: Environment
    private let table: Table
    /// Bytes appended since the file was last looked at.
    private let appendedSinceFill = Atomic<Int>(0)
    /// How far ahead of its content the file is filled with zeros: a flush then does not have to write the file's
    /// new length, and a full disk is known beforehand.
    private let reserve: Int
    /// How much is filled at once between two groups: small, because a group may be waiting.
    private static let fillStep = 4 << 20

    /// Opens the records in a directory.
    ///
    /// - Parameter reserve: bytes of zeros to keep ahead of the content.
    package init(path: String, reserve: Int = 64 << 20) throws(EventLogError) {
        self.reserve = reserve
        do {
            environment = try Environment(
                path: path, options: EnvironmentOptions(mapSize: 1 << 39, maxTables: 0, maxReaders: 2_048, sync: .full))
            table = try environment.openTable(named: nil, flags: [.integerKey])
            _ = try environment.checkReaders()
        } catch {
            throw EventLogError(error, during: "opening the log in \(path)")
        }
        try fillAhead()
    }

    /// Opens the records of a directory for reading alone: nothing is made, filled or changed, and a service may go on
    /// with them at the same time.
    package init(reading path: String) throws(EventLogError) {
        reserve = 0
        do {
            environment = try Environment(
                path: path, options: EnvironmentOptions(mapSize: 1 << 39, maxTables: 0, readOnly: true))
            table = try environment.openTable(named: nil, flags: [.integerKey])
        } catch {
            throw EventLogError(error, during: "opening the log in \(path)")
        }
    }

    package func append(_ group: RecordGroup) throws(EventLogError) {
        if appendedSinceFill.load(ordering: .relaxed) >= min(Self.fillStep, reserve) / 2 { try fillAhead() }
        do {
            let transaction = try environment.beginWrite()
            for index in 0..<group.count {
                try group.withValue(index) { value throws(LMDBError) in
                    try transaction.put(
                        table, key: group.first.rawValue + UInt64(index), value: value, append: true)
                }
            }
            try transaction.commit()
            appendedSinceFill.wrappingAdd(group.bytes.count, ordering: .relaxed)
        } catch {
            throw EventLogError(
                error, writing: group.bytes.count + Self.fillStep, to: environment,
                during: "appending \(group.count) events at position \(group.first)")
        }
    }

    /// Fills the file with zeros ahead of what will be written, between two groups.
    private func fillAhead() throws(EventLogError) {
        appendedSinceFill.store(0, ordering: .relaxed)
        do {
            let used = try environment.info().usedBytes
            let size = try environment.fileSize()
            guard size - used < reserve else { return }
            try environment.preallocate(from: size, bytes: min(Self.fillStep, reserve))
        } catch {
            throw EventLogError(error, during: "filling the log's file ahead")
        }
    }

    package func lastPosition() throws(EventLogError) -> Position {
        do {
            return try environment.read { transaction throws(LMDBError) in
                Position(try transaction.lastKey(table) ?? 0)
            }
        } catch {
            throw EventLogError(error, during: "reading the end of the log")
        }
    }

    package func scan(
        from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool
    ) throws(EventLogError) {
        do {
            try environment.read { transaction throws(TransactionError<EventLogError>) in
                try transaction.scan(table, from: position.rawValue) { key, value throws(EventLogError) in
                    try body(Position(key), value) ? .next : .stop
                }
            }
        } catch {
            throw Self.flatten(error, "reading the log from position \(position)")
        }
    }

    package func value<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        do {
            return try environment.read { transaction throws(TransactionError<EventLogError>) in
                try transaction.get(table, key: position.rawValue, body)
            }
        } catch {
            throw Self.flatten(error, "reading position \(position)")
        }
    }

    package func size() throws(EventLogError) -> Int {
        do { return try environment.info().usedBytes } catch { throw EventLogError(error, during: "measuring the log") }
    }

    private static func flatten(
        _ error: TransactionError<TransactionError<EventLogError>>, _ activity: String
    ) -> EventLogError {
        switch error {
        case .store(let error), .body(.store(let error)): EventLogError(error, during: activity)
        case .body(.body(let error)): error
        }
    }
}
