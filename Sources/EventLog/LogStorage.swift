internal import LMDB
package import Schema

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
    /// Called by one thread at a time.
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
    /// Whether there is room for the next group without anything being done for it. False sends the caller to
    /// `makeRoom`, which he calls only when nothing is being appended.
    ///
    /// - Parameter bytes: bytes of a group that is being appended.
    func hasRoom(besides bytes: Int) -> Bool
    /// Sees to it that there is room for the next group. Called before anything is decided: nothing has to be undone.
    ///
    /// - Parameter urgent: also with what is kept for an emergency.
    /// - Throws: `diskFull` where there is none; there may be again later. Any other error says that the device is not
    ///   to be trusted.
    func makeRoom(urgent: Bool) throws(EventLogError)
    /// Bytes after which a group should be closed, so that it is sure to find room.
    var groupLimit: Int { get }
    /// What was found wrong with the file when it was opened, in sentences for an operator: a meta page that was mended,
    /// a damaged page because of which nothing is appended. Usually none.
    var findings: [String] { get }
    /// What is in use of file, map, file system and readers; without an implementation of its own the bytes alone.
    func usage() throws(EventLogError) -> LogUsage
}

extension LogStorage {
    package func hasRoom(besides bytes: Int) -> Bool { false }
    package func makeRoom(urgent: Bool) throws(EventLogError) {}
    package var groupLimit: Int { .max }
    package var findings: [String] { [] }
}

/// The records in an LMDB environment with one unnamed table.
package final class LMDBLogStorage: LogStorage {
    private let environment: Environment
    private let table: Table
    private let room: LogRoom

    /// Opens the records in a directory.
    ///
    /// - Parameters:
    ///   - reserve: bytes of zeros to keep ahead of the content.
    ///   - space: the volume; nil: the file may use all of it.
    ///   - mapSize: bytes of the map, which grows by itself.
    package init(
        path: String, reserve: Int = 64 << 20, space: DiskSpace? = nil, mapSize: Int = 1 << 39
    ) throws(EventLogError) {
        do {
            environment = try Environment(
                path: path,
                options: EnvironmentOptions(
                    mapSize: mapSize, largestMapSize: EnvironmentOptions.largestMap, maxTables: 0, maxReaders: 2_048,
                    sync: .full))
            table = try environment.openTable(named: nil, flags: [.integerKey])
            _ = try environment.checkReaders()
        } catch {
            throw EventLogError(error, during: "opening the log in \(path)")
        }
        room = LogRoom(environment: environment, reserve: reserve, space: space)
        do {
            try room.make(urgent: false)
        } catch {
            // What is there can be read on a full disk, and of a damaged file, too; the first command is told.
            guard error.code == .diskFull || environment.damage != nil else { throw error }
        }
    }

    package func hasRoom(besides bytes: Int) -> Bool { room.isThere(besides: bytes) }

    package func makeRoom(urgent: Bool) throws(EventLogError) { try room.make(urgent: urgent) }

    package var groupLimit: Int { room.groupLimit }

    package var findings: [String] {
        let damage = environment.damage.map { "The log takes no more events, because it is damaged: \($0.message)" }
        return [environment.repair.map { "The log: \($0)" }, damage].compactMap(\.self)
    }

    /// Opens the records of a directory for reading alone: nothing is made, filled or changed, and a service may go on
    /// with them at the same time.
    package init(reading path: String) throws(EventLogError) {
        do {
            environment = try Environment(
                path: path, options: EnvironmentOptions(mapSize: 1 << 39, maxTables: 0, readOnly: true))
            table = try environment.openTable(named: nil, flags: [.integerKey])
        } catch {
            throw EventLogError(error, during: "opening the log in \(path)")
        }
        room = LogRoom(environment: environment, reserve: 0, space: nil)
    }

    package func append(_ group: RecordGroup) throws(EventLogError) {
        try room.make(for: group.bytes.count)
        do {
            try environment.write { transaction throws(LMDBError) in
                for index in 0..<group.count {
                    try group.withValue(index) { value throws(LMDBError) in
                        try transaction.put(
                            table, key: group.first.rawValue + UInt64(index), value: value, append: true)
                    }
                }
            }
            room.used(group.bytes.count)
        } catch {
            throw EventLogError(
                error, writing: group.bytes.count + LogRoom.fillStep, to: environment,
                during: "appending \(group.count) events at position \(group.first)")
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

    package func usage() throws(EventLogError) -> LogUsage {
        do {
            let info = try environment.info()
            var usage = LogUsage()
            usage.usedBytes = info.usedBytes
            usage.fileBytes = try environment.fileSize()
            usage.mapBytes = info.mapSize
            usage.freeBytes = try environment.freeSpace()
            usage.readers = info.readersInUse
            usage.readersMaximum = info.maxReaders
            return usage
        } catch {
            throw EventLogError(error, during: "measuring the log")
        }
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
