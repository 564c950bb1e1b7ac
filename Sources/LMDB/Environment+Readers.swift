internal import CLMDB
internal import Glibc
internal import Synchronization

// Who reads an environment: slots of dead processes, and snapshots that keep pages from being used again.

/// A read transaction in the table of readers, in whatever process.
package struct EnvironmentReader: Sendable, Hashable {
    /// The process that reads.
    package let processID: Int32
    /// LMDB's name of its thread; empty of meaning where readers are not bound to threads.
    package let thread: String
    /// The last committed transaction that it sees; nil between two transactions.
    package let snapshot: UInt64?
}

extension Environment {
    /// The environments in sync mode `.full` that this process has open below a directory, in no order. While one of
    /// them is held, it cannot be closed and opened again: let go of them soon. The others, which are being built, are
    /// left out, because their builder closes them for others to open.
    package static func open(below directory: String) -> [Environment] {
        registry.withLock { registry in
            registry.values.filter { $0.isDurable && $0.path.hasPrefix(directory + "/") }.compactMap { $0.environment }
        }
    }

    /// Frees the reader slots of processes that have died, and says how many there were.
    ///
    /// Such a slot keeps freed pages from being used again, so that the file grows. Call it at start (opening does)
    /// and on a timer.
    package func checkReaders() throws(LMDBError) -> Int {
        var dead: Int32 = 0
        try unsafe LMDBError.check(mdb_reader_check(handle.pointer, &dead), "mdb_reader_check", subject: path)
        return Int(dead)
    }

    /// The table of readers. LMDB offers it only as lines of text: process, thread and transaction, below a heading.
    package func readers() throws(LMDBError) -> [EnvironmentReader] {
        var list = ReaderList()
        let result = unsafe withUnsafeMutablePointer(to: &list) { list in
            unsafe mdb_reader_list(
                handle.pointer,
                { line, context in
                    guard let line = unsafe line, let context = unsafe context else { return 0 }
                    unsafe context.assumingMemoryBound(to: ReaderList.self).pointee.add(String(cString: line))
                    return 0
                }, list)
        }
        guard result >= 0 else { throw LMDBError(rawCode: result, call: "mdb_reader_list", subject: path) }
        return list.readers
    }
}

/// What the table of readers says.
private struct ReaderList {
    var readers: [EnvironmentReader] = []

    /// Takes in one line; headings do not begin with a number. A reader between two transactions has a dash for its
    /// snapshot.
    mutating func add(_ line: String) {
        let fields = line.split(whereSeparator: \.isWhitespace)
        guard fields.count == 3, let process = Int32(fields[0]) else { return }
        readers.append(
            EnvironmentReader(processID: process, thread: String(fields[1]), snapshot: UInt64(fields[2])))
    }
}

/// An environment that is not kept open by being listed.
struct ListedEnvironment {
    let path: String
    let isDurable: Bool
    weak var environment: Environment?
}
