internal import CLMDB
internal import Glibc
internal import Synchronization

// The map of an environment, which is replaced by a larger one while nothing is open in it.

extension Environment {
    /// Added to the count while the map is replaced; no number of transactions brings it above zero.
    private static let closed = Int.min / 2
    /// Attempts to begin a transaction that only give way to other threads; those that follow sleep.
    private static let hastyAttempts = 100

    /// Counts a transaction that is about to begin.
    func enter() {
        var attempts = 0
        while openTransactions.wrappingAdd(1, ordering: .acquiring).oldValue < 0 {
            openTransactions.wrappingSubtract(1, ordering: .relaxed)
            // The map is being replaced, which takes microseconds once what is open has ended.
            attempts += 1
            if attempts < Self.hastyAttempts { sched_yield() } else { usleep(200) }
        }
    }

    /// Counts off a transaction that has ended.
    func leave() {
        openTransactions.wrappingSubtract(1, ordering: .releasing)
    }

    /// Counts off the write transaction of `thread`, after LMDB has released the write lock.
    func leaveWrite(thread: UInt) {
        // Another thread may have the lock already; its mark stays.
        _ = writingThread.compareExchange(expected: thread, desired: 0, ordering: .relaxed)
        leave()
    }

    /// Changes the size of the map, in bytes; 0 adopts the size that another process has set.
    ///
    /// No transaction of this environment may be open, not even for reading: the map moves. None begins while those
    /// that are open are waited for.
    ///
    /// - Parameter patience: milliseconds to wait for them.
    /// - Throws: `.busy` when a transaction is open still, `.outOfMemory` when there is no address space.
    package func setMapSize(_ bytes: Int, patience: Int = 0) throws(LMDBError) {
        try mapChange.withLock { _ throws(LMDBError) in
            openTransactions.wrappingAdd(Self.closed, ordering: .acquiring)
            defer { openTransactions.wrappingSubtract(Self.closed, ordering: .releasing) }
            let deadline = ContinuousClock.now + .milliseconds(patience)
            while openTransactions.load(ordering: .acquiring) != Self.closed {
                guard ContinuousClock.now < deadline else {
                    throw LMDBError(rawCode: EBUSY, call: "mdb_env_set_mapsize", subject: path, code: .busy)
                }
                usleep(100)
            }
            try requireAddressSpace(bytes)
            try unsafe LMDBError.check(
                mdb_env_set_mapsize(handle.pointer, bytes), "mdb_env_set_mapsize", subject: path)
        }
    }

    /// Doubles the map, up to `EnvironmentOptions.largestMapSize`.
    ///
    /// - Parameter patience: milliseconds to wait for open transactions.
    /// - Returns: false where it is as large as it may become.
    /// - Throws: `.busy`, `.outOfMemory`; the map is as it was.
    package func growMap(patience: Int) throws(LMDBError) -> Bool {
        let present = try info().mapSize
        guard let largest = options.largestMapSize, present < largest else { return false }
        try setMapSize(min(largest, present * 2), patience: patience)
        return true
    }

    /// LMDB gives up the old map before it makes the new one, and cannot go on without: so it is tried first.
    private func requireAddressSpace(_ bytes: Int) throws(LMDBError) {
        guard bytes > 0 else { return }
        let place = unsafe mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let place = unsafe place, unsafe place != MAP_FAILED else { throw .system("mmap", subject: path) }
        unsafe munmap(place, bytes)
    }
}
