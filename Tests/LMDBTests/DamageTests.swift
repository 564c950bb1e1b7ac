internal import Foundation
internal import LMDB
internal import Testing

/// Flips bits of a data file. Whatever is flipped, reading gives what was there before or an error that names a page, and
/// writing either works or is refused.
@Suite struct DamageTests {
    /// What reading a whole file gave: the entries of its tables, upwards.
    private typealias Content = [[[UInt8]]]

    @Test func `a flipped bit anywhere is harmless or named`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("DamageTests: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let file = try SampleFile(&random)
        let expected = try file.read()
        var named = 0
        for flip in 0..<500 {
            let offset = Self.offset(flip, file.bytes.count, &random)
            guard !file.isName(offset) else { continue }
            let mask = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            try file.write { $0[offset] ^= mask }
            let comment: Comment = "seed \(seed): bit \(mask) of byte \(offset)"
            do throws(LMDBError) {
                let known = try file.isFoundDamaged()
                let found = try file.read()
                // Within a key or a value a flip is not seen here; what it may not do is to change anything else.
                #expect(known || Self.differ(found, expected) <= 1, comment)
                if known { named += 1 }
            } catch {
                named += 1
                #expect(error.damage != nil, comment)
                #expect(error.code == .corrupted, comment)
            }
            try file.change(comment)
        }
        // Most of the flips go where a page says what is where.
        #expect(named > 50)
    }

    /// Two of three are at the beginning of a page, where its header and the places of its entries are.
    private static func offset(_ flip: Int, _ count: Int, _ random: inout SeededGenerator) -> Int {
        let page = 4_096
        guard flip % 3 > 0 else { return Int.random(in: 0..<count, using: &random) }
        return Int.random(in: 0..<count / page, using: &random) * page + Int.random(in: 0..<64, using: &random)
    }

    /// In how many entries two contents differ; many when there are more or fewer of them.
    private static func differ(_ a: Content, _ b: Content) -> Int {
        guard a.map(\.count) == b.map(\.count) else { return .max }
        return zip(a, b).reduce(0) { sum, tables in sum + zip(tables.0, tables.1).count { $0 != $1 } }
    }

    @Test func `of a large file of one table the edges are examined, and readers find what is damaged between`() throws
    {
        let directory = try TemporaryDirectory()
        var options = EnvironmentOptions.small()
        func table(_ environment: Environment) throws(LMDBError) -> Table {
            try environment.openTable(named: nil, flags: .integerKey)
        }
        do {
            let environment = try Environment(path: directory.path, options: options)
            let records = try table(environment)
            try environment.write { transaction throws(LMDBError) in
                for key in 0..<1_500 as Range<UInt64> {
                    try transaction.put(records, key: key, value: [UInt8](repeating: 7, count: 900), append: true)
                }
            }
        }
        let file = URL(filePath: directory.path + "/data.mdb")
        var bytes = try Data(contentsOf: file)
        // A leaf in the middle; the bounds of its free space are the two numbers at 12 and 14.
        let page = try #require((200..<300).first { bytes[$0 * 4_096 + 10] == 2 })
        bytes[page * 4_096 + 13] ^= 0x40
        try bytes.write(to: file)
        #expect(try Environment(path: directory.path, options: options).damage?.damage?.page == UInt64(page))

        options.examinedBytes = 64 << 10
        let environment = try Environment(path: directory.path, options: options)
        #expect(environment.damage == nil)
        let records = try table(environment)
        try environment.write { transaction throws(LMDBError) in
            try transaction.put(records, key: 1_500, value: [1], append: true)
        }
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.lastKey(records) } == 1_500)
        let error = #expect(throws: LMDBError.self) {
            try environment.read { transaction throws(LMDBError) in _ = try transaction.entries(records) }
        }
        #expect(error?.damage?.page == UInt64(page))
    }

    @Test func `of a file that was closed in order the rest is examined later`() throws {
        let directory = try TemporaryDirectory()
        var options = EnvironmentOptions.small()
        options.examinedBytesInOrder = 64 << 10
        func open() throws(LMDBError) -> Environment { try Environment(path: directory.path, options: options) }
        do {
            let environment = try open()
            let records = try environment.openTable(named: nil, flags: .integerKey)
            try environment.write { transaction throws(LMDBError) in
                for key in 0..<1_500 as Range<UInt64> {
                    try transaction.put(records, key: key, value: [UInt8](repeating: 7, count: 900), append: true)
                }
            }
            #expect(environment.isExamined)
        }
        let mark = URL(filePath: directory.path + "/closed")
        do {
            let environment = try open()
            // There is none while the file is open, so none after a kill.
            #expect(!FileManager.default.fileExists(atPath: mark.path))
            #expect(!environment.isExamined)
            try environment.examineRest { false }
            #expect(!environment.isExamined)
            try environment.examineRest { true }
            #expect(environment.isExamined && environment.damage == nil)
        }
        let kept = try Data(contentsOf: mark)
        let file = URL(filePath: directory.path + "/data.mdb")
        var bytes = try Data(contentsOf: file)
        let page = try #require((200..<300).first { bytes[$0 * 4_096 + 10] == 2 })
        bytes[page * 4_096 + 13] ^= 0x40
        try bytes.write(to: file)
        do {
            let environment = try open()
            #expect(environment.damage == nil)
            try environment.examineRest { true }
            #expect(environment.damage?.damage?.page == UInt64(page))
            #expect(throws: LMDBError.self) { try environment.write { _ throws(LMDBError) in } }
        }
        // A damaged file was not closed in order; nor one that was written to since, or was killed.
        #expect(!FileManager.default.fileExists(atPath: mark.path))
        #expect(try open().damage?.damage?.page == UInt64(page))
        for text in ["", "77\n", "x\n", String(decoding: kept.dropLast(), as: UTF8.self)] {
            try Data(text.utf8).write(to: mark)
            #expect(try open().damage?.damage?.page == UInt64(page))
        }
    }

    @Test func `a page in another's place is named`() throws {
        var random = SeededGenerator(seed: 1)
        let file = try SampleFile(&random)
        let pages = file.bytes.count / 4_096
        let expected = try file.read()
        var named = 0
        for _ in 0..<100 {
            let places = (0..<2).map { _ in Int.random(in: 2..<pages, using: &random) * 4_096 }
            try file.write { bytes in
                let first = bytes[places[0]..<places[0] + 4_096]
                bytes.replaceSubrange(places[0]..<places[0] + 4_096, with: bytes[places[1]..<places[1] + 4_096])
                bytes.replaceSubrange(places[1]..<places[1] + 4_096, with: first)
            }
            do throws(LMDBError) {
                // Pages within long values are not told apart.
                #expect(Self.differ(try file.read(), expected) <= 2)
            } catch {
                named += 1
                #expect(error.damage != nil)
            }
            try file.change("pages at \(places)")
        }
        #expect(named > 10)
    }

    @Test func `a file that was cut off is read as far as it goes`() throws {
        var random = SeededGenerator(seed: 2)
        let file = try SampleFile(&random)
        for pages in stride(from: 2, to: file.bytes.count / 4_096, by: 3) {
            try file.write { $0.removeLast($0.count - pages * 4_096) }
            // Where only the last commit does not fit, the one before is taken, and that is said.
            guard try file.open().repair == nil else { continue }
            let error = #expect(throws: LMDBError.self) { try file.read() }
            #expect(error?.damage != nil)
            try file.change("\(pages) pages")
        }
    }

    @Test func `a damaged file is not written to, and says which page`() throws {
        var random = SeededGenerator(seed: 3)
        let file = try SampleFile(&random)
        let page = try #require(try file.usedLeaf())
        try file.write { $0[page * 4_096 + 14] ^= 2 }
        let environment = try file.open()
        #expect(environment.damage?.damage?.page == UInt64(page))
        let error = #expect(throws: LMDBError.self) { try environment.beginWrite().abort() }
        #expect(error?.code == .corrupted)
        #expect(error?.call == "page \(page)")
        #expect(error?.subject == file.path + "/data.mdb")
        #expect(error?.message.contains("its entries take") == true)
        #expect(error?.message.contains("restore or rebuild") == true)
    }
}

/// A data file with everything in it: tables of both kinds of keys, long values, branch pages, free pages.
struct SampleFile {
    private let directory: TemporaryDirectory
    /// The file as it was written.
    let bytes: [UInt8]

    var path: String { directory.path }
    private var file: String { directory.appending("data.mdb") }

    init(_ random: inout SeededGenerator) throws {
        directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let numbers = try environment.openTable(named: "numbers", flags: .integerKey)
        let texts = try environment.openTable(named: "texts")
        for round in 0..<6 as Range<UInt64> {
            try environment.write { transaction throws in
                for _ in 0..<40 {
                    let number = UInt64.random(in: 0..<200, using: &random)
                    let count = Int.random(in: 0..<(number % 10 == 0 ? 5_000 : 300), using: &random)
                    let value = [UInt8](repeating: UInt8(round), count: count)
                    try transaction.put(numbers, key: number, value: value)
                    let key = Self.key(number)
                    try transaction.put(texts, key: key, value: value.prefix(20) + key)
                    try transaction.delete(numbers, key: UInt64.random(in: 0..<200, using: &random))
                }
            }
        }
        try environment.sync(force: true)
        bytes = try [UInt8](Data(contentsOf: URL(filePath: directory.appending("data.mdb"))))
    }

    /// Keys of 1 to 152 bytes, most of which begin alike.
    private static func key(_ number: UInt64) -> [UInt8] {
        [UInt8](repeating: 0x61, count: Int(number % 150)) + [UInt8]("\(number)")
    }

    /// Whether a byte belongs to the name of a table: a table of another name is another table, as far as can be seen.
    func isName(_ offset: Int) -> Bool {
        ["numbers", "texts"].contains { name in
            let name = [UInt8](name)
            return (0..<name.count).contains { index in
                offset >= index && bytes.dropFirst(offset - index).starts(with: name)
            }
        }
    }

    /// Whether damage is known, or was mended, as soon as the file is open.
    func isFoundDamaged() throws(LMDBError) -> Bool {
        let environment = try open()
        return environment.damage != nil || environment.repair != nil
    }

    /// Writes the file as it was, with one change.
    func write(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = bytes
        change(&bytes)
        try Data(bytes).write(to: URL(filePath: file))
    }

    func open(readOnly: Bool = false) throws(LMDBError) -> Environment {
        try Environment(path: directory.path, options: .small(readOnly: readOnly))
    }

    /// Reads everything, both ways, and each entry by its key.
    func read() throws(LMDBError) -> [[[UInt8]]] {
        let environment = try open()
        let tables = [
            try environment.openTable(named: "numbers", flags: .integerKey), try environment.openTable(named: "texts"),
        ]
        let transaction = try environment.beginRead()
        var content: [[[UInt8]]] = []
        for table in tables {
            let upwards = try transaction.listing(table)
            #expect(try transaction.listing(table, backward: true) == upwards.reversed())
            content.append(upwards)
        }
        for number in 0..<200 as Range<UInt64> {
            _ = try transaction.around(tables[0], number, [])
            _ = try transaction.around(tables[1], 0, Self.key(number))
        }
        return content
    }

    /// Writes something everywhere, unless the file is found damaged.
    func change(_ comment: Comment) throws {
        do throws(LMDBError) {
            let environment = try open()
            let numbers = try environment.openTable(named: "numbers", flags: .integerKey)
            let texts = try environment.openTable(named: "texts")
            try environment.write { transaction throws(LMDBError) in
                for number in 0..<200 as Range<UInt64> where number % 3 > 0 {
                    let key = Self.key(number)
                    if number % 3 == 1 {
                        try transaction.delete(numbers, key: number)
                        try transaction.delete(texts, key: key)
                    } else {
                        try transaction.put(numbers, key: number, value: key + key)
                        try transaction.put(texts, key: key, value: key + key)
                    }
                }
            }
            try environment.examine()
        } catch {
            #expect(error.damage != nil, comment)
        }
    }

    /// The number of a leaf page that is in use.
    func usedLeaf() throws -> Int? {
        for page in 2..<bytes.count / 4_096 where bytes[page * 4_096 + 10] == 2 {
            try write { $0[page * 4_096] ^= 1 }
            if try open().damage?.damage?.page == UInt64(page) { return page }
        }
        return nil
    }
}
