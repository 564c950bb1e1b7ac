internal import LMDB
package import Schema

/// Lookups: the overlays first, then what was looked up lately, then the environment.
extension IndexStore {
    /// The stream of an aggregate's UUID.
    package func stream(id: Identifier) throws(EventLogError) -> StreamNumber? {
        try lookUp({ $0.streams[id] }, \.streams, id, isAbsent: { $0.recent.greatest.excludeStream(id) }) {
            () throws(EventLogError) in
            try read("looking up a stream") { transaction throws(LMDBError) in
                try transaction.getUInt64(tables.streams, key: IndexCodec.key(id)).map { StreamNumber($0) }
            }
        }
    }

    /// Where a stream stands.
    package func head(of stream: StreamNumber) throws(EventLogError) -> StreamEntry? {
        try lookUp({ $0.heads[stream] }, \.heads, stream, isAbsent: { stream.rawValue > $0.applied.rawValue }) {
            () throws(EventLogError) in try storedHead(of: stream)
        }
    }

    private func storedHead(of stream: StreamNumber) throws(EventLogError) -> StreamEntry? {
        try read("looking up the head of a stream") { transaction throws(LMDBError) in
            try transaction.get(tables.heads, key: stream.rawValue) { span throws(LMDBError) in
                IndexCodec.streamEntry(span)
            }.flatMap { $0 }
        }
    }

    /// Where a subject stands.
    package func subject(_ subject: StreamNumber) throws(EventLogError) -> SubjectStanding? {
        try lookUp(
            { $0.subjects[subject] }, \.subjects, subject, isAbsent: { subject.rawValue > $0.applied.rawValue }
        ) { () throws(EventLogError) in try storedSubject(subject) }
    }

    private func storedSubject(_ subject: StreamNumber) throws(EventLogError) -> SubjectStanding? {
        try read("looking up a subject") { transaction throws(LMDBError) in
            try transaction.get(tables.subjects, key: subject.rawValue) { span throws(LMDBError) in
                IndexCodec.subjectStanding(span)
            }.flatMap { $0 }
        }
    }

    /// The newest event of a stream that is on stable storage; none where there is none.
    package func durableLast(ofStream stream: StreamNumber) throws(EventLogError) -> Position {
        // One look under the lock: what is not in the overlay then is durable, and so is all that the environment has.
        let recent = state.withLock { state in
            state.closed.streams[stream] ?? state.open.streams[stream]
                ?? (state.active.heads[stream] ?? state.flushing?.heads[stream])?.last
        }
        if let recent { return recent }
        return try storedHead(of: stream)?.last ?? .none
    }

    /// The newest event about a subject that is on stable storage; none where there is none.
    package func durableLast(ofSubject subject: StreamNumber) throws(EventLogError) -> Position {
        let recent = state.withLock { state in
            state.closed.subjects[subject] ?? state.open.subjects[subject]
                ?? (state.active.subjects[subject] ?? state.flushing?.subjects[subject])?.last
        }
        if let recent { return recent }
        return try storedSubject(subject)?.last ?? .none
    }

    /// Position of the first event of a command that appended events.
    package func command(_ id: Identifier) throws(EventLogError) -> Position? {
        let (found, isAbsent) = state.withLock { state in
            (state.active.commands[id] ?? state.flushing?.commands[id], state.recent.greatest.excludeCommand(id))
        }
        if found != nil || isAbsent { return found }
        return try read("looking up a command id") { transaction throws(LMDBError) in
            try transaction.getUInt64(tables.commands, key: IndexCodec.key(id)).map { Position($0) }
        }
    }

    /// The stream that a reference names.
    package func link(_ token: IndexToken) throws(EventLogError) -> StreamNumber? {
        let found = try lookUp({ $0.links[token] }, \.links, token) { () throws(EventLogError) in
            try read("looking up a reference") { transaction throws(LMDBError) in
                StreamNumber(try transaction.getUInt64(tables.links, key: IndexCodec.key(token)) ?? 0)
            }
        }
        return found == StreamNumber.none ? nil : found
    }

    /// The present value of a claim.
    package func claim(_ key: [UInt8]) throws(EventLogError) -> Int64 {
        let found = try lookUp({ $0.claims[key] }, \.claims, key) { () throws(EventLogError) in
            try read("looking up a claim") { transaction throws(LMDBError) in
                Int64(bitPattern: try transaction.getUInt64(tables.claims, key: key) ?? 0)
            }
        }
        return found ?? 0
    }

    /// The streams that have a value: the lowest numbers first, at most so many. Those beyond cost nothing.
    package func holders(of token: IndexToken, most: Int = .max) throws(EventLogError) -> [StreamNumber] {
        let (active, flushing) = state.withLock {
            ($0.active.tokens[token] ?? [:], $0.flushing?.tokens[token] ?? [:])
        }
        var holders: [StreamNumber] = []
        let prefix = IndexCodec.key(token)
        try read("looking up a value") { transaction throws(LMDBError) in
            try transaction.scan(tables.tokens, from: prefix) { key, _ throws(LMDBError) in
                guard holders.count < most, key.byteCount == 24, key.starts(with: prefix) else { return .stop }
                let stream = IndexCodec.stream(inTokenKey: key)
                if active[stream] == nil, flushing[stream] == nil { holders.append(stream) }
                return .next
            }
        }
        for (stream, has) in active where has { holders.append(stream) }
        for (stream, has) in flushing where has && active[stream] == nil { holders.append(stream) }
        return Array(holders.sorted().prefix(most))
    }

    /// A stored decider state.
    package func storedState(of stream: StreamNumber) throws(EventLogError) -> StoredState? {
        if let found = overlaid({ $0.states[stream] }) { return found }
        return try read("reading a stored state") { transaction throws(LMDBError) in
            try transaction.getBytes(tables.states, key: stream.rawValue)
        }.flatMap { IndexCodec.storedState($0) }
    }

    /// Calls `body` with the number and the head of every stream that the environment knows, in order of number.
    /// Recent ones in the overlay are not among them: for start-up, after `flush`.
    package func scanHeads(_ body: (StreamNumber, StreamEntry) -> Bool) throws(EventLogError) {
        try read("reading the heads") { transaction throws(LMDBError) in
            try transaction.scan(tables.heads) { number, span throws(LMDBError) in
                guard let entry = IndexCodec.streamEntry(span) else { return .next }
                return body(StreamNumber(number), entry) ? .next : .stop
            }
        }
    }

    /// The highest key slot that any subject has.
    package func highestSlot() throws(EventLogError) -> UInt32 {
        var highest: UInt32 = 0
        try read("reading the subjects") { transaction throws(LMDBError) in
            highest = UInt32(truncatingIfNeeded: try transaction.getUInt64(tables.meta, key: Array("slot".utf8)) ?? 0)
        }
        let pending = state.withLock { state in
            [state.active, state.flushing ?? IndexOverlay()].flatMap { $0.subjects.values.map(\.keySlot) }.max() ?? 0
        }
        return max(highest, pending)
    }

    /// Looks in the overlays, among what was looked up lately, and in the environment.
    ///
    /// - Parameters:
    ///   - isAbsent: whether the environment cannot have the key.
    ///   - stored: looks it up there.
    @inline(__always)
    private func lookUp<Key, Value>(
        _ find: (IndexOverlay) -> Value?, _ recent: WritableKeyPath<RecentIndex, ClockCache<Key, Value>>, _ key: Key,
        isAbsent: (State) -> Bool = { _ in false }, stored: () throws(EventLogError) -> Value?
    ) throws(EventLogError) -> Value? {
        let (known, isAbsent, applied) = state.withLock { state -> (Value?, Bool, Position) in
            let known = find(state.active) ?? state.flushing.flatMap(find) ?? state.recent[keyPath: recent].value(key)
            return (known, known == nil && isAbsent(state), state.applied)
        }
        if known != nil || isAbsent { return known }
        guard let value = try stored() else { return nil }
        state.withLock { state in
            // Not where it has changed meanwhile: then it is in an overlay, or the environment has become another one.
            guard state.applied == applied, find(state.active) == nil, state.flushing.flatMap(find) == nil else {
                return
            }
            state.recent[keyPath: recent].put(value, key)
        }
        return value
    }
}
