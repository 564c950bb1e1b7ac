internal import Glibc
internal import Synchronization

/// A data file in memory, for reading only.
///
/// It is a map of its own beside LMDB's, which LMDB does not show; both are views of the same page cache, so that what a
/// commit has written is seen here at once. It is made larger than the file, which costs only address space, and is
/// replaced by another one when the file outgrows it: who reads keeps the map that it began with.
///
/// A page is lent only after it is known to lie within the file, because touching the map beyond the file's end would
/// end the process.
@safe final class PageMap: Sendable {
    /// The data file, for messages.
    let path: String
    let pageSize: Int
    /// Bytes of address space.
    let capacity: Int
    // Never changes while the value lives.
    nonisolated(unsafe) private let start: UnsafeRawPointer
    let descriptor: Int32
    /// A size that the file is known to have reached. A data file that is in use never becomes shorter.
    private let knownSize: Atomic<Int>

    /// Maps the file behind `descriptor`, which must stay open as long as this.
    ///
    /// - Parameter bytes: how much of the file the map must be able to hold; it gets room for at least twice of that.
    init(descriptor: Int32, path: String, pageSize: Int, covering bytes: Int) throws(LMDBError) {
        var capacity = 64 << 20
        while capacity / 2 < bytes { capacity *= 2 }
        let address = unsafe mmap(nil, capacity, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .system("mmap", subject: path) }
        self.path = path
        self.pageSize = pageSize
        self.capacity = capacity
        self.descriptor = descriptor
        unsafe start = UnsafeRawPointer(address)
        knownSize = Atomic(0)
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: start), capacity)
    }

    /// Bytes of the file now.
    func fileSize() throws(LMDBError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system("fstat", subject: path) }
        let size = Int(status.st_size)
        knownSize.store(size, ordering: .relaxed)
        return size
    }

    /// Where the page begins, when it and `count - 1` more lie within the file.
    ///
    /// - Parameter number: less than 2^48.
    @inline(__always)
    func pages(_ number: UInt64, count: Int = 1) throws(LMDBError) -> UnsafeRawPointer {
        let offset = Int(number) * pageSize
        let end = offset + count * pageSize
        if end > knownSize.load(ordering: .relaxed) || end > capacity {
            try requireInFile(number, end)
        }
        return unsafe start + offset
    }

    @inline(never)
    private func requireInFile(_ number: UInt64, _ end: Int) throws(LMDBError) {
        guard try end <= fileSize(), end <= capacity else {
            throw .damagedPage(number, "it lies beyond the end of the file", path: path)
        }
    }

    /// The error that names a page of this file.
    @inline(never)
    func damage(_ page: UInt64, _ what: String) -> LMDBError {
        .damagedPage(page, what, path: path)
    }
}
