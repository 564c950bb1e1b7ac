internal import EventLog
internal import Foundation
internal import Schema
import Testing

/// Single bits flipped in the files of a log: what is read afterwards is what was written, or damage that is named.
@Suite struct BitFlipTests {
    private static let seed: UInt64 = 0x5EED_0005
    private static let flips = 40

    /// A log on disk that is closed, and what was in it.
    private struct Written {
        let directory: TemporaryDirectory
        var values: [[UInt8]] = []
        var root = TreeHash.emptyTree
        var heads: [StreamNumber: StreamEntry] = [:]

        init() throws {
            directory = try TemporaryDirectory()
            let test = try TestLog(in: directory)
            for group in 0..<10 as Range<UInt64> {
                try test.writer.begin()
                for number in (group * 20)..<(group * 20 + 20) {
                    let id = Identifier(high: 4, low: number)
                    let made = try test.writer.append(
                        .sample(
                            .new(.product, id), payload: [UInt8](repeating: 9, count: 300), command: 2 * number + 1))
                    _ = try test.writer.append(.sample(.existing(made.stream), command: 2 * number + 2))
                }
                try test.writer.commit()
            }
            try test.writer.flushIndex()
            try test.log.scanChecked(from: Position(1)) { _, record, _ in
                values.append(record.withUnsafeBytes { Array($0) })
                return true
            }
            root = test.log.end.root
            heads = try Written.heads(of: test.log)
            test.log.close()
        }

        static func heads(of log: EventLog) throws -> [StreamNumber: StreamEntry] {
            var heads: [StreamNumber: StreamEntry] = [:]
            try log.index.scanHeads { number, entry in
                heads[number] = entry
                return true
            }
            return heads
        }

        /// A copy of the directory in which one bit of a file is another.
        func flipped(_ file: String, _ random: inout SeededNumbers) throws -> (copy: TemporaryDirectory, bit: String) {
            let copy = try TemporaryDirectory()
            for part in ["log", "index"] {
                try FileManager.default.copyItem(atPath: "\(directory.path)/\(part)", toPath: "\(copy.path)/\(part)")
            }
            let path = URL(filePath: "\(copy.path)/\(file)/data.mdb")
            var bytes = try Data(contentsOf: path)
            // The zeros ahead of the content are nobody's.
            let used = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
            let place = Int(random.next() % UInt64(used))
            let bit = UInt8(random.next() % 8)
            bytes[place] ^= 1 << bit
            try bytes.write(to: path)
            return (copy, "\(file), byte \(place), bit \(bit)")
        }
    }

    private static func open(_ directory: TemporaryDirectory) throws -> EventLog {
        let storage = try LMDBLogStorage(path: directory.path + "/log", reserve: 1 << 20)
        return try EventLog(id: TestLog.id, storage: storage, indexPath: directory.path + "/index") { header, _ in
            header.kind == .tagged ? [.claim([7], 1)] : []
        }
    }

    @Test func `a flipped bit in the log is no wrong record`() throws {
        let written = try Written()
        var random = SeededNumbers(seed: Self.seed)
        for _ in 0..<Self.flips {
            let (copy, bit) = try written.flipped("log", &random)
            let log: EventLog
            do { log = try Self.open(copy) } catch is EventLogError { continue }
            defer { log.close() }
            // What was lost with the newest commit may be gone; nothing may be another record.
            let count = min(log.end.position.rawValue, UInt64(written.values.count))
            #expect(log.end.position.rawValue <= UInt64(written.values.count), "seed \(Self.seed): \(bit)")
            var isWhole = count == UInt64(written.values.count)
            for position in 1...max(1, count) {
                do {
                    let value = try log.record(at: Position(position)) { $0.withUnsafeBytes { Array($0) } }
                    #expect(value == written.values[Int(position) - 1], "seed \(Self.seed): \(bit)")
                } catch { isWhole = false }
            }
            let outcome = try log.verification().run(threads: 2)
            #expect(outcome.damage != nil || count == log.end.position.rawValue, "seed \(Self.seed): \(bit)")
            if outcome.damage == nil, isWhole { #expect(outcome.root == written.root, "seed \(Self.seed): \(bit)") }
        }
    }

    @Test func `a flipped bit in the index is no wrong root, and no wrong head that a verification does not find`()
        throws
    {
        let written = try Written()
        var random = SeededNumbers(seed: Self.seed &+ 1)
        for _ in 0..<Self.flips {
            let (copy, bit) = try written.flipped("index", &random)
            let log = try Self.open(copy)
            defer { log.close() }
            #expect(log.end.root == written.root, "seed \(Self.seed): \(bit)")
            do {
                let heads = try Written.heads(of: log)
                let isFound = try log.verification().run(threads: 1).damage?.kind == .index
                let lasts = heads.mapValues(\.last) == written.heads.mapValues(\.last)
                #expect(lasts || isFound || log.indexRepair != nil, "seed \(Self.seed): \(bit)")
            } catch let error as EventLogError {
                #expect(error.code == .index, "seed \(Self.seed): \(bit): \(error)")
            }
            // The next start makes good what was found.
        }
    }

    @Test func `an index whose pages are garbage is made anew at the start, and so is one that was found damaged`()
        throws
    {
        let written = try Written()
        let path = written.directory.path + "/index/data.mdb"
        var bytes = try Data(contentsOf: URL(filePath: path))
        for place in 8_192..<bytes.count { bytes[place] = 0xA5 }
        try bytes.write(to: URL(filePath: path))
        do {
            let log = try Self.open(written.directory)
            defer { log.close() }
            #expect(log.indexRepair != nil)
            #expect(log.end.root == written.root)
            var found = LogDamage()
            found.kind = .index
            found.position = 1
            log.note(found)
        }
        let log = try Self.open(written.directory)
        defer { log.close() }
        #expect(log.indexRepair != nil)
        #expect(try log.index.head(of: StreamNumber(1)) == written.heads[StreamNumber(1)])
    }

    @Test(arguments: ["commands", "links", "timers", "tickets", "claims"])
    func `a table of the index whose name has a flipped bit is not taken for one that is empty`(name: String) throws {
        let written = try Written()
        let file = URL(filePath: written.directory.path + "/index/data.mdb")
        var bytes = try Data(contentsOf: file)
        var from = bytes.startIndex
        while let place = bytes.range(of: Data(name.utf8), in: from..<bytes.endIndex) {
            bytes[place.upperBound - 1] ^= 1
            from = place.upperBound
        }
        #expect(from > bytes.startIndex)
        try bytes.write(to: file)
        let log = try TestLog(in: written.directory).log
        defer { log.close() }
        #expect(log.indexRepair != nil)
        #expect(try log.index.command(Identifier(high: 1, low: 1)) == Position(1))
        for (number, head) in written.heads { #expect(try log.index.head(of: number) == head) }
    }
}
