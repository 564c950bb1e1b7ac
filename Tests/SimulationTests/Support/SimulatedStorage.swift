internal import Crypto
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import Synchronization

/// The records of a log on a simulated disk: one frame for each group, one behind the other.
///
/// A frame is `first position, number of records, bytes of its body (8 bytes each)`, the SHA-256 of these and the body,
/// and the body: for each record its length (8 bytes) and its value. A group is there when its whole frame is; opening
/// ends at the first frame that is not, and what comes next is written over it.
final class SimulatedStorage: LogStorage {
    private struct State {
        var values: [[UInt8]] = []
        /// Where the next frame begins.
        var tail = 0
        /// Groups that were appended, for bugs that show now and then.
        var groups = 0
    }

    private let disk: SimulatedDisk
    private let bug: SeededBug?
    private let state: Mutex<State>
    private static let frontLength = 24
    private static let headLength = frontLength + 32

    /// Opens what is on the disk.
    ///
    /// - Throws: `store` where the disk fails.
    init(disk: SimulatedDisk, bug: SeededBug? = nil) throws(EventLogError) {
        self.disk = disk
        self.bug = bug
        do throws(SimulatedDisk.Failure) {
            // A sync that failed may have left in the cache what is not on the disk; and what a killed process wrote must
            // be on the disk before anybody is told of it.
            if bug != .believesCache { disk.dropCache() }
            if bug != .servesUnsynced { try disk.sync() }
            state = Mutex(try Self.recover(disk, bug))
        } catch {
            throw Self.error(error)
        }
    }

    private static func recover(_ disk: SimulatedDisk, _ bug: SeededBug?) throws(SimulatedDisk.Failure) -> State {
        var state = State()
        var previous: State?
        while let (values, length) = try frame(at: state.tail, of: disk, first: state.values.count + 1, bug) {
            previous = state
            state.values += values
            state.tail += length
        }
        if bug == .flipsBit, state.values.count > 20 { state.values[10][40] ^= 4 }
        if bug == .dropsLastGroup, let previous, previous.tail > 0 { return previous }
        return state
    }

    /// The frame at an offset and its length; nil where there is no whole one that begins with this position.
    private static func frame(
        at offset: Int, of disk: SimulatedDisk, first: Int, _ bug: SeededBug?
    ) throws(SimulatedDisk.Failure) -> (values: [[UInt8]], length: Int)? {
        let head = try disk.read(headLength, at: offset)
        guard head.count == headLength else { return nil }
        let numbers = (0..<3).map { number(head[($0 * 8)..<($0 * 8 + 8)]) }
        let (start, count, length) = (numbers[0], numbers[1], numbers[2])
        let isNext = start == first || bug == .doublesGroup
        guard isNext, (1...1_000_000).contains(count), (count * 8...100_000_000).contains(length) else { return nil }
        let body = try disk.read(length, at: offset + headLength)
        guard body.count == length else { return nil }
        let isWhole = digest(head.prefix(frontLength), body) == Array(head[frontLength...])
        guard isWhole || bug == .believesTornGroup else { return nil }
        var values: [[UInt8]] = []
        var rest = body[...]
        while rest.count >= 8, values.count < count {
            let bytes = number(rest.prefix(8))
            guard bytes >= 0, bytes <= rest.count - 8 else { break }
            values.append(Array(rest.dropFirst(8).prefix(bytes)))
            rest = rest.dropFirst(8 + bytes)
        }
        return (values, headLength + length)
    }

    // MARK: LogStorage

    func append(_ group: RecordGroup) throws(EventLogError) {
        var values: [[UInt8]] = []
        var body: [UInt8] = []
        for index in 0..<group.count {
            let value = group.withValue(index) { span in span.withUnsafeBytes { Array($0) } }
            Self.add(value.count, to: &body)
            body += value
            values.append(value)
        }
        var front: [UInt8] = []
        for number in [Int(group.first.rawValue), group.count, body.count] { Self.add(number, to: &front) }
        let frame = front + Self.digest(front[...], body) + body
        let (tail, groups) = state.withLock { ($0.tail, $0.groups + 1) }
        let isDoubled = bug == .doublesGroup && groups.isMultiple(of: 5)
        do throws(SimulatedDisk.Failure) {
            try disk.write(isDoubled ? frame + frame : frame, at: tail)
            if bug != .acknowledgesWithoutSync { try disk.sync() }
        } catch {
            guard bug == .swallowsFailedSync, error == .io else { throw Self.error(error) }
        }
        state.withLock { state in
            state.values += values
            state.tail += isDoubled ? 2 * frame.count : frame.count
            state.groups = groups
        }
    }

    func lastPosition() throws(EventLogError) -> Position { Position(UInt64(state.withLock { $0.values.count })) }

    func scan(
        from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool
    ) throws(EventLogError) {
        let values = state.withLock { $0.values }
        var at = position
        for value in values.dropFirst(max(1, Int(position.rawValue)) - 1) {
            guard try body(at, value.span.bytes) else { return }
            at = at.advanced(by: 1)
        }
    }

    func value<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        let value = state.withLock { state -> [UInt8]? in
            guard (1...UInt64(max(1, state.values.count))).contains(position.rawValue) else { return nil }
            return state.values.isEmpty ? nil : state.values[Int(position.rawValue) - 1]
        }
        guard let value else { return nil }
        return try body(value.span.bytes)
    }

    func size() throws(EventLogError) -> Int { disk.length }

    func hasRoom(besides bytes: Int) -> Bool {
        guard disk.space(from: state.withLock { $0.tail }) >= 2_048 + 2 * bytes else { return false }
        if bytes > 0 { disk.noteOverlap() }
        return true
    }

    /// Knows beforehand that there is no space for a small group; a large one may still fail when it is appended.
    func makeRoom(urgent: Bool) throws(EventLogError) {
        let wanted = urgent ? 512 : 2_048
        guard disk.space(from: state.withLock({ $0.tail })) >= wanted else { throw Self.error(.full) }
    }

    // MARK: Bytes

    private static func add(_ number: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func digest(_ front: ArraySlice<UInt8>, _ body: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(front))
        hash.update(data: body)
        return Array(hash.finalize())
    }

    private static func error(_ failure: SimulatedDisk.Failure) -> EventLogError {
        switch failure {
        case .dead: EventLogError(.store, "The machine is off.")
        case .io: EventLogError(.store, "The disk failed.")
        case .full: EventLogError(.diskFull, "The disk is full.")
        }
    }
}
