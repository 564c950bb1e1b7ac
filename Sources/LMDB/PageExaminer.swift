/// Looks at every page that a commit reaches, and at the list of free ones.
///
/// LMDB itself believes its pages when it writes, so a file is examined before it is written to: each page must be what
/// the page above says and be reached only once, keys must be in order everywhere, a table must have as many entries as
/// its record says, and a page must not be free and in use. Values are not looked at.
struct PageExaminer {
    /// How much of a file is examined.
    enum Extent {
        /// Every page of every tree.
        case whole
        /// The free pages and the tables' names as a whole; of each table the way to its first and its last entry.
        case edges
    }

    /// Leaf pages up to which the unnamed table is examined as a whole.
    private static let namePages: UInt64 = 16

    private let snapshot: PageSnapshot
    private let extent: Extent
    private let goesOn: () -> Bool
    private var isCutShort = false
    /// A bit for each page that was seen.
    private var seen: [UInt64]
    /// What was found so far.
    private(set) var examination = FileExamination()

    private init(_ snapshot: PageSnapshot, _ extent: Extent, _ goesOn: @escaping () -> Bool) {
        self.snapshot = snapshot
        self.extent = extent
        self.goesOn = goesOn
        // Not more than the file has, roughly: a last page far beyond it is found before LMDB opens the file.
        seen = [UInt64](repeating: 0, count: Int(snapshot.meta.lastPage / 64) + 1)
    }

    /// Examines the pages of a snapshot.
    ///
    /// - Parameter goesOn: asked at each branch page; false ends the examination.
    /// - Returns: what the file has; nil where the examination was ended.
    /// - Throws: `.corrupted`, which names the first damaged page that was met.
    static func examine(
        _ snapshot: PageSnapshot, _ extent: Extent, while goesOn: @escaping () -> Bool = { true }
    ) throws(LMDBError) -> FileExamination? {
        var examiner = PageExaminer(snapshot, extent, goesOn)
        do throws(LMDBError) {
            let main = snapshot.meta.main
            // The names of tables take a page or two; a file of one unnamed table has its entries there.
            let names = main.leafPages <= namePages ? Extent.whole : extent
            try examiner.tree(main, .main, foundOn: snapshot.meta.number, extent: names)
            try examiner.tree(snapshot.meta.free, .free, foundOn: snapshot.meta.number, extent: .whole)
        } catch {
            throw snapshot.located(error)
        }
        return examiner.isCutShort ? nil : examiner.examination
    }

    /// What a tree holds.
    private enum Content {
        case main, free, values
    }

    /// A tree that is being walked.
    private struct Walk {
        let tree: TreeRecord
        let content: Content
        let extent: Extent
        var entries: UInt64 = 0
    }

    private mutating func tree(
        _ tree: TreeRecord, _ content: Content, foundOn page: UInt64, extent: Extent
    ) throws(LMDBError) {
        guard !tree.isEmpty else { return }
        var walk = Walk(tree: tree, content: content, extent: extent)
        try descend(tree.root, level: 1, KeyBounds(), &walk)
        if content != .free { examination.entries += Int(walk.entries) }
        guard extent == .edges || isCutShort || walk.entries == tree.entries else {
            throw snapshot.damage(
                page, "its table at page \(tree.root) is said to have \(tree.entries) entries and has \(walk.entries)")
        }
    }

    /// Notes that a page is in use.
    private mutating func mark(_ page: UInt64, foundOn above: UInt64) throws(LMDBError) {
        guard page >= PageFormat.firstPage, page <= snapshot.meta.lastPage else {
            throw snapshot.damage(above, "it names page \(page), but the last one is \(snapshot.meta.lastPage)")
        }
        let bit = UInt64(1) << (page % 64)
        guard seen[Int(page / 64)] & bit == 0 else { throw snapshot.damage(page, "it is used in two places") }
        seen[Int(page / 64)] |= bit
        examination.pages += 1
    }
}

// MARK: - Walking

extension PageExaminer {
    private mutating func descend(
        _ number: UInt64, level: Int, _ bounds: KeyBounds, _ walk: inout Walk
    ) throws(LMDBError) {
        let page = try snapshot.treePage(number, leaf: level == walk.tree.depth)
        try mark(number, foundOn: number)
        let kind = walk.tree.keyKind
        try checkOrder(page, kind)
        guard !page.isLeaf else {
            try bounds.check(page, kind)
            return try leaf(page, &walk)
        }
        guard goesOn() else {
            isCutShort = true
            return
        }
        // LMDB stops the program on a branch page with a single entry, except among the free pages.
        guard page.count > 1 || walk.content == .free else {
            throw snapshot.damage(number, "it is a branch page with one entry")
        }
        for index in page.indices where walk.extent == .whole || index == 0 || index == page.count - 1 {
            var below = bounds
            try below.narrow(page, index, kind)
            try descend(page.entry(index).child, level: level + 1, below, &walk)
        }
    }

    private func checkOrder(_ page: TreePage, _ kind: KeyKind) throws(LMDBError) {
        for index in page.indices.dropFirst(page.isLeaf ? 1 : 2) {
            guard try kind.compare(page.key(index - 1, kind), page.key(index, kind)) < 0 else {
                throw snapshot.damage(page.number, "the key of its entry \(index) is out of order")
            }
        }
    }

    private mutating func leaf(_ page: TreePage, _ walk: inout Walk) throws(LMDBError) {
        walk.entries += UInt64(page.count)
        for index in page.indices {
            let entry = try page.entry(index)
            if entry.flags == PageFormat.EntryFlags.table, walk.content == .main {
                examination.tables += 1
                try tree(snapshot.tableRecord(entry, of: page), .values, foundOn: page.number, extent: extent)
                continue
            }
            let value = try unsafe snapshot.value(entry, of: page)
            if entry.isOverflow {
                for number in try snapshot.overflowPages(entry) { try mark(number, foundOn: page.number) }
            }
            if walk.content == .free { try unsafe freePages(value, of: page.number) }
        }
    }

    /// Looks at a list of free pages: how many there are, and their numbers, the greatest first.
    @unsafe private mutating func freePages(_ value: MappedBytes, of leaf: UInt64) throws(LMDBError) {
        let room = unsafe value.count / PageFormat.pageNumber
        let count = room > 0 ? unsafe value.start.loadUnaligned(as: UInt64.self) : .max
        guard count < UInt64(room) else { throw snapshot.damage(leaf, "a list of free pages is longer than its room") }
        var last = UInt64.max
        for index in 1..<Int(count) + 1 {
            let page = unsafe value.start.loadUnaligned(fromByteOffset: index * PageFormat.pageNumber, as: UInt64.self)
            guard page < last else { throw snapshot.damage(leaf, "a list of free pages is out of order") }
            try mark(page, foundOn: leaf)
            last = page
        }
        examination.freePages += Int(count)
    }
}

/// What an examination found in order.
package struct FileExamination: Sendable, Equatable {
    /// Pages that were seen, among them the free ones, and without the two meta pages.
    package var pages = 0
    /// Pages that are free.
    package var freePages = 0
    /// Tables with a name.
    package var tables = 0
    /// Entries of all tables, each named one being an entry, too.
    package var entries = 0
}

extension Environment {
    /// Looks at every page that the last commit reaches: see ``PageExaminer``.
    ///
    /// - Throws: `.corrupted`, whose `damage` names the first damaged page that was met.
    @discardableResult
    package func examine() throws(LMDBError) -> FileExamination {
        try examine(.whole, while: { true }) ?? FileExamination()
    }

    /// Nil where `goesOn` said no.
    func examine(
        _ extent: PageExaminer.Extent, while goesOn: @escaping () -> Bool
    ) throws(LMDBError) -> FileExamination? {
        try read { transaction throws(LMDBError) in
            guard let snapshot = transaction.access.snapshot else { return FileExamination() }
            return try PageExaminer.examine(snapshot, extent, while: goesOn)
        }
    }
}
