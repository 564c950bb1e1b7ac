/// What a scan does after an entry.
@usableFromInline package enum ScanStep: Sendable {
    /// Goes on to the next entry.
    case next
    /// Ends the scan.
    case stop
}

// Two forms of each scan: a closure that is `throws(LMDBError)` leaves the error as it is; with any other error the
// store's own are told apart by `TransactionError`. All is inlined into the caller, because a call through an
// unspecialised closure costs as much as the record.

// MARK: - Integer keys

extension TableReader where Self: ~Copyable {
    /// Goes upwards through a table of integer keys, from `key` or the next greater one, until `body` stops it or the
    /// table ends.
    @inlinable
    package func scan<Failure: Error>(
        _ table: Table, from key: UInt64 = 0, _ body: (UInt64, RawSpan) throws(Failure) -> ScanStep
    ) throws(TransactionError<Failure>) {
        try unsafe walk(
            table, integerKey: true,
            first: { cursor throws(LMDBError) in try unsafe cursor.integer(atLeast: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.integer(.next) },
            body: { entry throws(Failure) in try unsafe entry.lend(body) })
    }

    /// Goes upwards through a table of integer keys, from `key` or the next greater one, until `body` stops it or the
    /// table ends.
    @inlinable
    package func scan(
        _ table: Table, from key: UInt64 = 0, _ body: (UInt64, RawSpan) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) {
        try unsafe walk(
            table, integerKey: true,
            first: { cursor throws(LMDBError) in try unsafe cursor.integer(atLeast: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.integer(.next) },
            body: { entry throws(LMDBError) in try unsafe entry.lend(body) })
    }

    /// Goes downwards through a table of integer keys, from `key` or the next smaller one, until `body` stops it or
    /// the table ends.
    @inlinable
    package func scanBackward<Failure: Error>(
        _ table: Table, from key: UInt64 = .max, _ body: (UInt64, RawSpan) throws(Failure) -> ScanStep
    ) throws(TransactionError<Failure>) {
        try unsafe walk(
            table, integerKey: true,
            first: { cursor throws(LMDBError) in try unsafe cursor.integer(atMost: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.integer(.previous) },
            body: { entry throws(Failure) in try unsafe entry.lend(body) })
    }

    /// Goes downwards through a table of integer keys, from `key` or the next smaller one, until `body` stops it or
    /// the table ends.
    @inlinable
    package func scanBackward(
        _ table: Table, from key: UInt64 = .max, _ body: (UInt64, RawSpan) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) {
        try unsafe walk(
            table, integerKey: true,
            first: { cursor throws(LMDBError) in try unsafe cursor.integer(atMost: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.integer(.previous) },
            body: { entry throws(LMDBError) in try unsafe entry.lend(body) })
    }
}

// MARK: - Keys of bytes

extension TableReader where Self: ~Copyable {
    /// Goes upwards through a table of byte keys, from `key` or the next greater one, until `body` stops it or the
    /// table ends. An empty key stands before all others.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scan<Failure: Error>(
        _ table: Table, from key: RawSpan, _ body: (RawSpan, RawSpan) throws(Failure) -> ScanStep
    ) throws(TransactionError<Failure>) {
        try unsafe walk(
            table, integerKey: false,
            first: { cursor throws(LMDBError) in try unsafe cursor.bytes(atLeast: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.bytes(.next) },
            body: { entry throws(Failure) in try unsafe entry.lend(body) })
    }

    /// Goes upwards through a table of byte keys, from `key` or the next greater one, until `body` stops it or the
    /// table ends. An empty key stands before all others.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scan(
        _ table: Table, from key: RawSpan, _ body: (RawSpan, RawSpan) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) {
        try unsafe walk(
            table, integerKey: false,
            first: { cursor throws(LMDBError) in try unsafe cursor.bytes(atLeast: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.bytes(.next) },
            body: { entry throws(LMDBError) in try unsafe entry.lend(body) })
    }

    /// Goes downwards through a table of byte keys, from `key` or the next smaller one, until `body` stops it or the
    /// table ends. An empty key stands before all others, so that there is nothing to visit.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scanBackward<Failure: Error>(
        _ table: Table, from key: RawSpan, _ body: (RawSpan, RawSpan) throws(Failure) -> ScanStep
    ) throws(TransactionError<Failure>) {
        try unsafe walk(
            table, integerKey: false,
            first: { cursor throws(LMDBError) in try unsafe cursor.bytes(atMost: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.bytes(.previous) },
            body: { entry throws(Failure) in try unsafe entry.lend(body) })
    }

    /// Goes downwards through a table of byte keys, from `key` or the next smaller one, until `body` stops it or the
    /// table ends. An empty key stands before all others, so that there is nothing to visit.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scanBackward(
        _ table: Table, from key: RawSpan, _ body: (RawSpan, RawSpan) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) {
        try unsafe walk(
            table, integerKey: false,
            first: { cursor throws(LMDBError) in try unsafe cursor.bytes(atMost: key) },
            next: { cursor throws(LMDBError) in try unsafe cursor.bytes(.previous) },
            body: { entry throws(LMDBError) in try unsafe entry.lend(body) })
    }

    /// Goes upwards through a table of byte keys, from `key` or the next greater one. An empty key stands before all
    /// others; it has no default, because it tells the compiler which kind of key the closure is given.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scan<Failure: Error>(
        _ table: Table, from key: [UInt8], _ body: (RawSpan, RawSpan) throws(Failure) -> ScanStep
    ) throws(TransactionError<Failure>) {
        try unsafe scan(table, from: key.span.bytes, body)
    }

    /// Goes upwards through a table of byte keys, from `key` or the next greater one. An empty key stands before all
    /// others; it has no default, because it tells the compiler which kind of key the closure is given.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scan(
        _ table: Table, from key: [UInt8], _ body: (RawSpan, RawSpan) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) {
        try unsafe scan(table, from: key.span.bytes, body)
    }

    /// Goes downwards through a table of byte keys, from `key` or the next smaller one; from the last entry for `nil`.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scanBackward<Failure: Error>(
        _ table: Table, from key: [UInt8]?, _ body: (RawSpan, RawSpan) throws(Failure) -> ScanStep
    ) throws(TransactionError<Failure>) {
        guard let key else {
            return try unsafe walk(
                table, integerKey: false,
                first: { cursor throws(LMDBError) in try unsafe cursor.bytes(.last) },
                next: { cursor throws(LMDBError) in try unsafe cursor.bytes(.previous) },
                body: { entry throws(Failure) in try unsafe entry.lend(body) })
        }
        try unsafe scanBackward(table, from: key.span.bytes, body)
    }

    /// Goes downwards through a table of byte keys, from `key` or the next smaller one; from the last entry for `nil`.
    ///
    /// - Parameter body: is given key and value.
    @inlinable
    package func scanBackward(
        _ table: Table, from key: [UInt8]?, _ body: (RawSpan, RawSpan) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) {
        guard let key else {
            return try unsafe walk(
                table, integerKey: false,
                first: { cursor throws(LMDBError) in try unsafe cursor.bytes(.last) },
                next: { cursor throws(LMDBError) in try unsafe cursor.bytes(.previous) },
                body: { entry throws(LMDBError) in try unsafe entry.lend(body) })
        }
        try unsafe scanBackward(table, from: key.span.bytes, body)
    }
}

// MARK: - The loop

extension TableReader where Self: ~Copyable {
    /// Visits `first` and what `next` finds after it. Only the end of the table and `body` end the loop; every other
    /// answer of LMDB is an error.
    @inlinable
    func walk<Entry, Failure: Error>(
        _ table: Table,
        integerKey: Bool,
        first: (borrowing Cursor) throws(LMDBError) -> Entry?,
        next: (borrowing Cursor) throws(LMDBError) -> Entry?,
        body: (Entry) throws(Failure) -> ScanStep
    ) throws(TransactionError<Failure>) {
        let access = access
        let cursor: Cursor
        do { cursor = try Cursor(access, table, integerKey: integerKey) } catch { throw .store(error) }
        var found: Entry?
        do throws(LMDBError) { found = try first(cursor) } catch { throw .store(error) }
        access.beginSpan()
        defer { access.endSpan() }
        while let entry = found {
            let step: ScanStep
            do throws(Failure) { step = try body(entry) } catch { throw .body(error) }
            guard step == .next else { return }
            do throws(LMDBError) { found = try next(cursor) } catch { throw .store(error) }
        }
    }

    /// The same for closures that throw ``LMDBError``.
    @inlinable
    func walk<Entry>(
        _ table: Table,
        integerKey: Bool,
        first: (borrowing Cursor) throws(LMDBError) -> Entry?,
        next: (borrowing Cursor) throws(LMDBError) -> Entry?,
        body: (Entry) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) {
        let access = access
        let cursor = try Cursor(access, table, integerKey: integerKey)
        var found = try first(cursor)
        access.beginSpan()
        defer { access.endSpan() }
        while let entry = found {
            guard try body(entry) == .next else { return }
            found = try next(cursor)
        }
    }
}

extension IntegerEntry {
    /// Calls `body` with the key and a span of the value.
    @inlinable
    func lend<Failure: Error>(_ body: (UInt64, RawSpan) throws(Failure) -> ScanStep) throws(Failure) -> ScanStep {
        try unsafe body(key, RawSpan(_unsafeStart: value.start, byteCount: value.count))
    }
}

extension BytesEntry {
    /// Calls `body` with spans of key and value.
    @inlinable
    func lend<Failure: Error>(_ body: (RawSpan, RawSpan) throws(Failure) -> ScanStep) throws(Failure) -> ScanStep {
        try unsafe body(
            RawSpan(_unsafeStart: key.start, byteCount: key.count),
            RawSpan(_unsafeStart: value.start, byteCount: value.count))
    }
}
