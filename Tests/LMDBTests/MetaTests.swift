internal import Foundation
internal import LMDB
internal import Testing

/// Meta pages that are torn, zeroed, stale or flipped.
@Suite struct MetaTests {
    private static let page = 4_096

    /// A file of five commits: the first made the table, each of the others put its own number under that as the key.
    private struct Commits {
        let directory: TemporaryDirectory
        let bytes: [UInt8]
        static let count: UInt64 = 5

        init() throws {
            directory = try TemporaryDirectory()
            let environment = try Environment(path: directory.path, options: .small())
            let table = try environment.openTable(named: nil, flags: .integerKey)
            while try environment.info().lastTransaction < Self.count {
                let number = try environment.info().lastTransaction + 1
                try environment.write { transaction throws in
                    try transaction.put(table, key: number, value: number)
                }
            }
            try environment.sync(force: true)
            bytes = try [UInt8](Data(contentsOf: URL(filePath: directory.appending("data.mdb"))))
        }

        func write(_ change: (inout [UInt8]) -> Void) throws {
            var bytes = bytes
            change(&bytes)
            try Data(bytes).write(to: URL(filePath: directory.appending("data.mdb")))
        }

        /// The last commit that is there after opening, and after writing another one on top of it.
        func last(_ environment: Environment) throws -> UInt64 {
            let table = try environment.openTable(named: nil, flags: .integerKey)
            let last = try environment.read { transaction throws in try transaction.lastKey(table) } ?? 0
            for key in 2...last {
                let value = try environment.read { transaction throws in try transaction.getUInt64(table, key: key) }
                #expect(value == key)
            }
            try environment.write { transaction throws in
                try transaction.put(table, key: last + 1, value: last + 1, append: true)
            }
            try environment.examine()
            #expect(try environment.info().lastTransaction == last + 1)
            return last
        }

        func open() throws(LMDBError) -> Environment {
            try Environment(path: directory.path, options: .small())
        }
    }

    @Test(arguments: [0, 1], 0..<8)
    func `a sector of a meta page that is lost costs at most the commit that wrote it`(page: Int, sector: Int) throws {
        let commits = try Commits()
        for filler in [0x00, 0xFF, 0x5A] as [UInt8] {
            try commits.write { bytes in
                let start = page * Self.page + sector * 512
                bytes.replaceSubrange(start..<start + 512, with: [UInt8](repeating: filler, count: 512))
            }
            let environment = try commits.open()
            let newest = Int(Commits.count % 2)
            let expected = page == newest && sector == 0 ? Commits.count - 1 : Commits.count
            #expect(environment.repair?.damage.page == (sector == 0 ? UInt64(page) : nil))
            if let repair = environment.repair {
                #expect(repair.transaction == expected)
                #expect(!repair.keptCommit)
                #expect(repair.description.contains("stands at commit \(expected)"))
            }
            #expect(try commits.last(environment) == expected)
        }
    }

    @Test func `a file whose meta page was mended opens without mending`() throws {
        let commits = try Commits()
        try commits.write { $0.replaceSubrange(0..<512, with: [UInt8](repeating: 0, count: 512)) }
        #expect(try commits.open().repair != nil)
        #expect(try commits.open().repair == nil)
    }

    @Test func `each bit of the meta pages is mended, named or harmless`() throws {
        let commits = try Commits()
        var lost = 0
        for page in 0..<2 {
            for bit in 0..<152 * 8 {
                try commits.write { $0[page * Self.page + bit / 8] ^= 1 << UInt8(bit % 8) }
                let comment: Comment = "page \(page), byte \(bit / 8), bit \(bit % 8)"
                do throws(LMDBError) {
                    let environment = try commits.open()
                    guard environment.damage == nil else { continue }
                    let last = try Self.read(environment)
                    #expect(last == Commits.count || environment.repair?.keptCommit == false, comment)
                    if last != Commits.count { lost += 1 }
                } catch {
                    // The kind of the keys is one of the bits.
                    #expect(error.damage != nil || error.code == .incompatible, comment)
                }
            }
        }
        // What is the same in both pages, and the number of the commit, is mended without loss.
        #expect(lost < 152 * 4)
    }

    private static func read(_ environment: Environment) throws(LMDBError) -> UInt64 {
        let table = try environment.openTable(named: nil, flags: .integerKey)
        let transaction = try environment.beginRead()
        var last: UInt64 = 0
        try transaction.scan(table) { key, _ in
            last = key
            return .next
        }
        return last
    }

    @Test func `what is the same in both pages is mended without loss`() throws {
        let commits = try Commits()
        // Number and flags of the page, magic, version, page size, kind of keys of the free pages; number of the commit.
        for (page, offset) in [0, 1].flatMap({ page in [0, 10, 16, 20, 40, 44, 145].map { (page, $0) } }) {
            try commits.write { $0[page * Self.page + offset] ^= 0x10 }
            let environment = try commits.open()
            #expect(environment.repair?.damage.page == UInt64(page))
            #expect(environment.repair?.keptCommit == true)
            #expect(environment.repair?.transaction == Commits.count)
            #expect(environment.damage == nil)
            #expect(try commits.last(environment) == Commits.count)
        }
    }

    @Test func `two damaged meta pages are refused with what to do`() throws {
        let commits = try Commits()
        try commits.write { bytes in
            bytes[20] ^= 1
            bytes[Self.page + 10] = 0
        }
        let error = #expect(throws: LMDBError.self) { try commits.open() }
        #expect(error?.damage?.page == 0)
        #expect(error?.message.contains("page 1 is damaged, too") == true)
        #expect(error?.message.contains("restore or rebuild") == true)
        // Nothing that could be a meta page is LMDB's to refuse.
        try commits.write { bytes in
            bytes.replaceSubrange(0..<2 * Self.page, with: [UInt8](repeating: 0, count: 2 * Self.page))
        }
        let second = #expect(throws: LMDBError.self) { try commits.open() }
        #expect(second?.code == .invalid)
    }

    /// LMDB does not flush a file that it makes: of its first write a power cut leaves any part.
    @Test(arguments: 0...16, [0, 3 * 4_096])
    func `a file whose making was cut short is made again`(sectors: Int, zeros: Int) throws {
        let directory = try TemporaryDirectory()
        let file = URL(filePath: directory.appending("data.mdb"))
        do { _ = try Environment(path: directory.path, options: .small()) }
        let made = try [UInt8](Data(contentsOf: file))
        try #require(made.count == 2 * Self.page)
        for hole in [0, 1, 8, sectors] {
            // What lies before the hole is lost, and where there are no zeros behind, the rest of the file, too.
            var bytes = zeros == 0 ? Array(made.prefix(sectors * 512)) : made
            let lost = 0..<min(hole * 512, bytes.count)
            bytes.replaceSubrange(lost, with: repeatElement(0, count: lost.count))
            try Data(bytes + [UInt8](repeating: 0, count: zeros)).write(to: file)
            let environment = try Environment(path: directory.path, options: .small())
            let table = try environment.openTable(named: nil, flags: .integerKey)
            try environment.write { transaction throws in try transaction.put(table, key: 1, value: 1) }
            try environment.examine()
        }
    }

    @Test func `a file with anything else in it is left as it is`() throws {
        let directory = try TemporaryDirectory()
        let file = URL(filePath: directory.appending("data.mdb"))
        let committed = Array(try Commits().bytes.prefix(Self.page))
        var behind = [UInt8](repeating: 0, count: 3 << 20)
        behind[behind.count - 1] = 1
        for bytes in [committed, Array("some other file".utf8), behind] {
            try Data(bytes).write(to: file)
            let error = #expect(throws: LMDBError.self) {
                try Environment(path: directory.path, options: .small())
            }
            #expect(error?.code == .invalid)
            #expect(try Data(contentsOf: file) == Data(bytes))
        }
    }

    @Test func `a file that may not be written is not mended`() throws {
        let commits = try Commits()
        try commits.write { $0[20] ^= 1 }
        let before = try Data(contentsOf: URL(filePath: commits.directory.appending("data.mdb")))
        let error = #expect(throws: LMDBError.self) {
            try Environment(path: commits.directory.path, options: .small(readOnly: true))
        }
        #expect(error?.damage?.page == 0)
        #expect(error?.message.contains("opening the file for writing mends it") == true)
        #expect(try Data(contentsOf: URL(filePath: commits.directory.appending("data.mdb"))) == before)
    }
}
