internal import Glibc

/// What was found wrong with a meta page when a file was opened, and mended.
///
/// LMDB opens a file only when both meta pages are in order, although one is enough: a power cut in the middle of a
/// commit can leave the other one torn.
package struct MetaRepair: Sendable, Hashable {
    /// Which of the two pages it was, and what was wrong with it.
    package let damage: PageDamage
    /// The last commit that the file holds now.
    package let transaction: UInt64
    /// Whether the page still told which commit it was of, so that only what is the same in both pages was written
    /// anew. Otherwise the file is as the other page says, and a commit after ``transaction`` is gone, if there was
    /// one: of a power cut it is the one that was not yet acknowledged.
    package let keptCommit: Bool
}

extension MetaRepair: CustomStringConvertible {
    /// One sentence for an operator.
    package var description: String {
        let outcome =
            keptCommit
            ? "it was mended, and commit \(transaction) is kept"
            : "it was written anew from the other one: the file stands at commit \(transaction), "
                + "and commit \(transaction + 1) is gone if it was ever begun"
        return "Meta page \(damage.page) was damaged (\(damage.what)); \(outcome)."
    }
}

/// What the two meta pages of a data file say, and what opening it would mend.
package struct MetaReport: Sendable, Hashable {
    /// Entries of the unnamed table as of the last commit that an opened environment would hold.
    package let entries: UInt64
    /// What opening the environment for writing would mend; `nil` when both pages are in order.
    package let repair: MetaRepair?

    /// Looks at the meta pages of an environment's data file without writing anything, also while another process has it
    /// open.
    ///
    /// - Parameter path: the environment's directory.
    /// - Returns: `nil` when there is no file, or it does not begin like one of LMDB's.
    /// - Throws: `.corrupted` when neither page can be used.
    package static func look(at path: String) throws(LMDBError) -> MetaReport? { try MetaPair.look(path: path) }
}

/// The two meta pages of a data file.
@safe struct MetaPair {
    private let path: String
    private let descriptor: Int32
    private let pageSize: Int
    /// The bytes in use of both pages.
    private let bytes: [[UInt8]]
    /// Bytes of the file.
    private let size: Int

    /// Looks at the meta pages of an environment's data file before LMDB does, and mends one from the other.
    ///
    /// The data file is opened and closed here. LMDB holds no lock on it (its `fcntl` locks are on the lock file), and
    /// this process has it not open otherwise. Nothing is written unless the lock file can be had for this process
    /// alone.
    ///
    /// - Parameter path: the environment's directory.
    /// - Returns: what was mended; `nil` when nothing was wrong, there is no file, none that anything was ever committed
    ///   to (``UnfinishedFile``), or it is not one of LMDB's, which LMDB itself says.
    /// - Throws: `.corrupted` when both pages are damaged, or one is and nothing may be written; `.busy` when one is
    ///   damaged and another process has the file open.
    static func mend(path: String, readOnly: Bool) throws(LMDBError) -> MetaRepair? {
        let file = path + "/data.mdb"
        let descriptor = unsafe open(file, (readOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        let unfinished = UnfinishedFile(descriptor: descriptor, path: file)
        if !readOnly, try unfinished.isFound() {
            try FileLock.alone(path + "/lock.mdb") { () throws(LMDBError) in
                // Whoever was making it may have finished.
                if try unfinished.isFound() { try unfinished.empty() }
            }
            return nil
        }
        guard let (pair, repair) = try examine(descriptor, file), let repair else { return nil }
        guard !readOnly else {
            throw .damagedPage(
                repair.report.damage.page,
                repair.report.damage.what + "; opening the file for writing mends it from the other meta page",
                path: file)
        }
        return try FileLock.alone(path + "/lock.mdb") { () throws(LMDBError) in
            try pair.write(repair)
            return repair.report
        }
    }

    /// See `MetaReport.look`.
    fileprivate static func look(path: String) throws(LMDBError) -> MetaReport? {
        let file = path + "/data.mdb"
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        guard let (pair, repair) = try examine(descriptor, file) else { return nil }
        var pages = pair.bytes
        if let repair { pages[Int(repair.report.damage.page)] = repair.bytes }
        let newest = pages.map(page).max { $0.transaction < $1.transaction }
        return MetaReport(entries: newest?.main.entries ?? 0, repair: repair?.report)
    }

    /// Both pages, and what has to be written, if anything; `nil` when there is nothing that looks like one. Another
    /// process may be committing: damage is believed only when it is found twice.
    private static func examine(
        _ descriptor: Int32, _ file: String
    ) throws(LMDBError) -> (pair: MetaPair, repair: Repair?)? {
        while let pair = try MetaPair(descriptor, file) {
            let plan = Swift.Result { () throws(LMDBError) in try pair.plan() }
            if case .success(nil) = plan { return (pair, nil) }
            guard try MetaPair(descriptor, file)?.bytes == pair.bytes else { continue }
            return (pair, try plan.get())
        }
        return nil
    }

    /// Reads both pages; `nil` when there is nothing that looks like one.
    private init?(_ descriptor: Int32, _ path: String) throws(LMDBError) {
        let first = try Self.read(descriptor, at: 0, path)
        guard first.count == MetaPage.size else { return nil }
        var pageSize = Self.page(first).pageSize
        var second: [UInt8] = []
        // Where the second page lies is said by the first one; where that is damaged, by itself.
        let sizes = Self.page(first).contradiction(index: 0) == nil ? [pageSize] : PageFormat.pageSizes
        for size in sizes {
            second = try Self.read(descriptor, at: size, path)
            pageSize = size
            if second.count == MetaPage.size, Self.page(second).magic == MetaPage.magic { break }
        }
        guard second.count == MetaPage.size else { return nil }
        guard [first, second].contains(where: { Self.page($0).magic == MetaPage.magic }) else { return nil }
        self.path = path
        self.descriptor = descriptor
        self.pageSize = pageSize
        bytes = [first, second]
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system("fstat", subject: path) }
        size = Int(status.st_size)
    }

    private static func page(_ bytes: [UInt8]) -> MetaPage {
        precondition(bytes.count == MetaPage.size, "a meta page is read as a whole")
        return unsafe bytes.withUnsafeBytes { bytes in unsafe MetaPage(bytes.baseAddress.unsafelyUnwrapped) }
    }

    /// What is wrong with a page's bytes.
    private func fault(_ bytes: [UInt8], _ index: Int) -> String? {
        if let contradiction = contradiction(bytes, index) { return contradiction }
        let page = Self.page(bytes)
        return endsWithFile(page) ? nil : "its last page, \(page.lastPage), is beyond the end of the file"
    }

    /// What a page's bytes contradict, the rest of the file aside.
    private func contradiction(_ bytes: [UInt8], _ index: Int) -> String? {
        let page = Self.page(bytes)
        if let contradiction = page.contradiction(index: UInt64(index)) { return contradiction }
        return page.pageSize == pageSize ? nil : "a page size of \(page.pageSize) is not that of the file"
    }

    private static func read(_ descriptor: Int32, at offset: Int, _ path: String) throws(LMDBError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: MetaPage.size)
        let count = unsafe pread(descriptor, &bytes, bytes.count, off_t(offset))
        guard count >= 0 else { throw .system("pread", subject: path) }
        return Array(bytes.prefix(count))
    }
}

// MARK: - What to do

extension MetaPair {
    /// A page that is written anew.
    private struct Repair {
        let bytes: [UInt8]
        let report: MetaRepair
    }

    /// Decides what has to be written; `nil` when both pages are in order.
    private func plan() throws(LMDBError) -> Repair? {
        // A file that was cut off is read as far as it goes; the examination finds what is missing.
        if contradiction(bytes[0], 0) ?? contradiction(bytes[1], 1) == nil, !endsWithFile(Self.page(bytes[0])),
            !endsWithFile(Self.page(bytes[1]))
        {
            return nil
        }
        switch (fault(bytes[0], 0), fault(bytes[1], 1)) {
        case (nil, nil):
            return try planForNumbers()
        case (let fault?, nil):
            return try plan(bad: 0, fault)
        case (nil, let fault?):
            return try plan(bad: 1, fault)
        case (let fault?, let other?):
            throw .damagedPage(0, "\(fault); page 1 is damaged, too: \(other)", path: path)
        }
    }

    /// The two pages are of commits that follow one another. Where they are not, the number of one is damaged; the page
    /// is the one whose list of free pages does not end with the pages that its own commit freed.
    ///
    /// A damaged number can also make the older page the newer one. But what a commit freed is not used by the next one,
    /// so the newer list reaches as far as the older one.
    private func planForNumbers() throws(LMDBError) -> Repair? {
        let numbers = [Self.page(bytes[0]).transaction, Self.page(bytes[1]).transaction]
        let freed = [lastFreed(Self.page(bytes[0])), lastFreed(Self.page(bytes[1]))]
        let newer = numbers[0] > numbers[1] ? 0 : 1
        let older = newer ^ 1
        guard numbers[newer] - numbers[older] > 1 else {
            guard freed[older] == numbers[older], let last = freed[newer], last < numbers[older] else { return nil }
            return try plan(bad: newer, "transaction \(numbers[newer]) did not follow \(numbers[older])")
        }
        guard let bad = [0, 1].first(where: { freed[$0] != numbers[$0] && freed[$0 ^ 1] == numbers[$0 ^ 1] }) else {
            throw .damagedPage(
                0, "it is of transaction \(numbers[0]) and page 1 of transaction \(numbers[1]), which cannot be",
                path: path)
        }
        return try plan(bad: bad, "transaction \(numbers[bad]) does not follow or go before \(numbers[bad ^ 1])")
    }

    private func plan(bad: Int, _ fault: String) throws(LMDBError) -> Repair {
        let damage = PageDamage(page: UInt64(bad), what: fault)
        let good = Self.page(bytes[bad ^ 1])
        if let mended = mended(bad) {
            let transaction = max(Self.page(mended).transaction, good.transaction)
            return Repair(
                bytes: mended, report: MetaRepair(damage: damage, transaction: transaction, keptCommit: true))
        }
        return Repair(
            bytes: copied(from: bad ^ 1),
            report: MetaRepair(damage: damage, transaction: good.transaction, keptCommit: false))
    }

    /// The damaged page with what is the same in both taken from the other one, where it is whole then: the pages that it
    /// leads to are examined, because its commit is kept for good.
    private func mended(_ bad: Int) -> [UInt8]? {
        var page = copied(from: bad ^ 1)
        for range in MetaPage.changingBytes { page.replaceSubrange(range, with: bytes[bad][range]) }
        let good = Self.page(bytes[bad ^ 1])
        if let freed = lastFreed(Self.page(page)), freed > 0 {
            MetaPage.setTransaction(freed, in: &page)
        }
        let meta = Self.page(page)
        let distance = meta.transaction &- good.transaction
        guard fault(page, bad) == nil, distance == 1 || distance == .max else { return nil }
        do throws(LMDBError) {
            let snapshot = try snapshot(meta)
            _ = try PageExaminer.examine(snapshot, .edges)
            return page
        } catch {
            // What it leads to is damaged, too: the other page is what is left.
            return nil
        }
    }

    /// A page that says what page `good` says, under the number before.
    private func copied(from good: Int) -> [UInt8] {
        var page = bytes[good]
        let transaction = Self.page(page).transaction
        MetaPage.setNumber(UInt64(good ^ 1), in: &page)
        MetaPage.setTransaction(transaction == 0 ? 0 : transaction - 1, in: &page)
        return page
    }

    /// The commit that was the last to free pages, 0 when none has; `nil` when the list cannot be read.
    private func lastFreed(_ meta: MetaPage) -> UInt64? {
        do throws(LMDBError) {
            let snapshot = try snapshot(meta)
            let last = try unsafe PageCursor(snapshot, meta.free).go(.last, nil)
            return unsafe last?.key.start.loadUnaligned(as: UInt64.self) ?? 0
        } catch {
            return nil
        }
    }

    /// Whether the file has the last page, or that is free: free pages at the end need not have been written.
    private func endsWithFile(_ meta: MetaPage) -> Bool {
        guard Int(meta.lastPage + 1) * pageSize > size else { return true }
        do throws(LMDBError) {
            let cursor = try PageCursor(snapshot(meta), meta.free)
            var list = try unsafe cursor.go(.first, nil)
            while let (_, pages) = unsafe list {
                // Behind the number of pages stands the greatest of them.
                let offset = PageFormat.pageNumber
                if unsafe pages.count >= 2 * offset,
                    unsafe pages.start.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == meta.lastPage
                {
                    return true
                }
                unsafe list = try unsafe cursor.go(.next, nil)
            }
            return false
        } catch {
            return false
        }
    }

    private func snapshot(_ meta: MetaPage) throws(LMDBError) -> PageSnapshot {
        if let contradiction = meta.free.contradiction(lastPage: meta.lastPage) {
            throw .damagedPage(meta.number, contradiction)
        }
        let map = try PageMap(descriptor: descriptor, path: path, pageSize: pageSize, covering: size)
        return PageSnapshot(map: map, meta: meta)
    }

    /// Writes the page and makes it durable.
    private func write(_ repair: Repair) throws(LMDBError) {
        let offset = off_t(Int(repair.report.damage.page) * pageSize)
        let written = unsafe pwrite(descriptor, repair.bytes, repair.bytes.count, offset)
        guard written == repair.bytes.count else { throw .system("pwrite", subject: path) }
        guard fdatasync(descriptor) == 0 else { throw .system("fdatasync", subject: path) }
    }
}

extension MetaPage {
    /// What differs from commit to commit: the size of the map, and from the depth of the first tree to the end.
    fileprivate static let changingBytes = [32..<40, 46..<size]

    fileprivate static func setNumber(_ number: UInt64, in page: inout [UInt8]) {
        page.replaceSubrange(0..<8, with: (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }

    fileprivate static func setTransaction(_ number: UInt64, in page: inout [UInt8]) {
        page.replaceSubrange(
            transactionOffset..<transactionOffset + 8,
            with: (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }
}

/// The lock that LMDB's lock file carries while somebody has the environment open.
private enum FileLock {
    /// Runs `body` while no other process can have the environment open.
    ///
    /// Closing the file drops every lock that this process has on it, so this process must not have it open.
    static func alone<Result>(_ path: String, _ body: () throws(LMDBError) -> Result) throws(LMDBError) -> Result {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("open", subject: path) }
        defer { _ = close(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_len = 1
        guard unsafe fcntl(descriptor, F_SETLK, &lock) == 0 else {
            guard errno == EAGAIN || errno == EACCES else { throw .system("fcntl", subject: path) }
            throw LMDBError(rawCode: EBUSY, call: "fcntl", subject: path, code: .busy)
        }
        return try body()
    }
}
