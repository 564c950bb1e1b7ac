internal import DiskRecorder
internal import FoundationEssentials

/// What was done to a file, call by call, from a state of which everything was on stable storage.
struct FileRecording: Sendable {
    /// One call.
    enum Call: Hashable, Sendable {
        case write(offset: Int, bytes: [UInt8])
        /// On stable storage when it returned (O_DSYNC).
        case syncedWrite(offset: Int, bytes: [UInt8])
        case sync
        case truncate(length: Int)
    }

    /// The file before the first call.
    var base: [UInt8]
    var calls: [Call]

    /// Why a file cannot be recorded.
    struct Impossible: Error {}

    /// Runs `body` and records what it does to a file that nobody has open before. One recording at a time.
    ///
    /// - Parameter body: gets a function that says how many calls there were so far.
    static func record(_ path: String, _ body: (_ calls: () -> Int) throws -> Void) throws -> FileRecording {
        let base = try contents(of: path)
        guard recorder_begin(path) else { throw Impossible() }
        defer { recorder_end() }
        try body { Int(recorder_count()) }
        let calls = (0..<Int(recorder_count())).map { Call(recorder_call($0)) }
        return FileRecording(base: base, calls: calls)
    }

    /// The bytes of a file.
    static func contents(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path)))
    }

    /// The file after all calls, where nothing goes wrong.
    var end: [UInt8] {
        calls.reduce(into: base) { file, call in call.apply(to: &file) }
    }
}

extension FileRecording.Call {
    fileprivate init(_ call: recorded_call) {
        let bytes = Array(UnsafeBufferPointer(start: call.bytes, count: call.length))
        switch call.kind {
        case RECORDED_WRITE: self = .write(offset: Int(call.offset), bytes: bytes)
        case RECORDED_SYNCED_WRITE: self = .syncedWrite(offset: Int(call.offset), bytes: bytes)
        case RECORDED_SYNC: self = .sync
        default: self = .truncate(length: Int(call.offset))
        }
    }

    /// Does the call.
    fileprivate func apply(to file: inout [UInt8]) {
        switch self {
        case .write(let offset, let bytes), .syncedWrite(let offset, let bytes): file.put(bytes[...], at: offset)
        case .sync: break
        case .truncate(let length):
            if file.count > length { file.removeLast(file.count - length) }
            if file.count < length { file += [UInt8](repeating: 0, count: length - file.count) }
        }
    }
}

// MARK: - Power cuts

extension FileRecording {
    /// How much of what was not synced a power cut leaves.
    enum Leaving: Hashable, Sendable, CaseIterable {
        case nothing, everything
        /// The first sectors, in the order in which they were written.
        case first
        /// Any sectors: as if they had been written in another order.
        case any
    }

    /// The file as a power cut leaves it while a call is under way.
    ///
    /// - Parameters:
    ///   - call: index of the call that has begun and not returned; that of the end for one after all of them.
    ///   - honestWrites: false for a disk that says of synced writes that they are done when they are not.
    func image(
        during call: Int, _ leaving: Leaving, honestWrites: Bool = true, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var file = base
        var pending: [(offset: Int, sector: ArraySlice<UInt8>)] = []
        for (index, done) in calls.prefix(call + 1).enumerated() {
            let isUnderWay = index == call
            switch done {
            case .syncedWrite where honestWrites && !isUnderWay: done.apply(to: &file)
            case .write(let offset, let bytes), .syncedWrite(let offset, let bytes):
                pending += Self.sectors(offset, bytes)
            case .sync:
                guard !isUnderWay else { break }
                for (offset, sector) in pending { file.put(sector, at: offset) }
                pending = []
            case .truncate: if !isUnderWay { done.apply(to: &file) }
            }
        }
        let count = leaving == .first ? Int.random(in: 0...pending.count, using: &random) : pending.count
        for (offset, sector) in pending.prefix(count) {
            switch leaving {
            case .nothing: break
            case .everything, .first: file.put(sector, at: offset)
            case .any: if Bool.random(using: &random) { file.put(sector, at: offset) }
            }
        }
        return file
    }

    /// The sectors of a write.
    private static func sectors(_ offset: Int, _ bytes: [UInt8]) -> [(offset: Int, sector: ArraySlice<UInt8>)] {
        var sectors: [(offset: Int, sector: ArraySlice<UInt8>)] = []
        var start = 0
        while start < bytes.count {
            let rest = SimulatedDisk.sectorSize - (offset + start) % SimulatedDisk.sectorSize
            let length = min(bytes.count - start, rest)
            sectors.append((offset + start, bytes[start..<(start + length)]))
            start += length
        }
        return sectors
    }
}

extension [UInt8] {
    /// Writes over what is there; the file grows as need be.
    fileprivate mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        let end = offset + bytes.count
        if count < end { self += [UInt8](repeating: 0, count: end - count) }
        replaceSubrange(offset..<end, with: bytes)
    }
}
