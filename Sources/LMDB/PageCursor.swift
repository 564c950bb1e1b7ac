internal import CLMDB

/// A place in a tree of a ``PageSnapshot``, with the path that led there.
///
/// A class only so that moving does not need exclusive access to whoever holds it.
final class PageCursor {
    /// A page of the path, and the entry of it that was taken.
    private struct Step {
        var page: TreePage
        var index: Int
        /// What the pages above say about the keys below this page.
        var bounds: KeyBounds
    }

    private let snapshot: PageSnapshot
    private let tree: TreeRecord
    private let kind: KeyKind
    /// With what the checksums of the entries begin; `nil` where there are none.
    private let checksumSeed: UInt64?
    /// From the root to the leaf; empty before the first move, and after a move that found nothing.
    private var path: [Step] = []

    init(_ snapshot: PageSnapshot, _ tree: TreeRecord, checksumSeed: UInt64? = nil) {
        self.checksumSeed = checksumSeed
        self.snapshot = snapshot
        self.tree = tree
        kind = tree.keyKind
        path.reserveCapacity(Int(tree.depth))
    }

    /// Goes there; `nil` when there is no such entry.
    ///
    /// - Parameter key: what is searched, for `.seek`.
    func go(_ move: Cursor.Move, _ key: PageKey?) throws(LMDBError) -> (key: PageKey, value: MappedBytes)? {
        do throws(LMDBError) {
            guard try take(move, key), let step = path.last else { return nil }
            let key = try step.page.key(step.index, kind)
            return unsafe (key, try snapshot.value(at: step.index, of: step.page, key, checksumSeed))
        } catch {
            throw snapshot.located(error)
        }
    }

    private func take(_ move: Cursor.Move, _ key: PageKey?) throws(LMDBError) -> Bool {
        switch move {
        case .first: try descend { (_) throws(LMDBError) in 0 }
        case .last: try descend { (page) throws(LMDBError) in page.count - 1 }
        case .seek: try seek(key)
        case .next: try step(by: 1)
        case .previous: try step(by: -1)
        }
    }

    /// Goes from the root to a leaf, where it takes the entries that `choose` says.
    private func descend(_ choose: (TreePage) throws(LMDBError) -> Int) throws(LMDBError) -> Bool {
        path.removeAll(keepingCapacity: true)
        guard !tree.isEmpty else { return false }
        try push(tree.root, KeyBounds(), choose)
        return try descendFurther(choose)
    }

    /// Goes on from the last page of the path to a leaf.
    private func descendFurther(_ choose: (TreePage) throws(LMDBError) -> Int) throws(LMDBError) -> Bool {
        while path.count < Int(tree.depth) {
            let above = path[path.count - 1]
            var bounds = above.bounds
            try bounds.narrow(above.page, above.index, kind)
            try push(above.page.entry(above.index).child, bounds, choose)
        }
        return true
    }

    private func push(
        _ number: UInt64, _ bounds: KeyBounds, _ choose: (TreePage) throws(LMDBError) -> Int
    ) throws(LMDBError) {
        let page = try snapshot.treePage(number, leaf: path.count + 1 == Int(tree.depth))
        if page.isLeaf { try bounds.check(page, kind) }
        path.append(Step(page: page, index: try choose(page), bounds: bounds))
    }

    /// Goes to the entry of `key` or the next greater one.
    private func seek(_ key: PageKey?) throws(LMDBError) -> Bool {
        guard let key, key.count > 0 else { throw LMDBError(rawCode: MDB_BAD_VALSIZE, call: "mdb_cursor_get") }
        let kind = kind
        let found = try descend { (page) throws(LMDBError) in
            try page.isLeaf ? page.search(key, from: 0, kind).index : page.childIndex(key, kind)
        }
        guard found else { return false }
        let leaf = path[path.count - 1]
        if checksumSeed != nil { try checkBefore() }
        // All keys of the leaf are less than the one that is searched.
        if leaf.index == leaf.page.count {
            path[path.count - 1].index -= 1
            return try step(by: 1)
        }
        return true
    }

    /// Checks the entry before the place that a search has come to: a key that was damaged can have led past the one that is
    /// searched. In the leaf, it lies before the place then; above it, the leaf before does not fit.
    private func checkBefore() throws(LMDBError) {
        let leaf = path[path.count - 1]
        for step in path { try step.page.checkOrder(around: step.index, kind) }
        guard leaf.index == 0 else {
            let before = try leaf.page.key(leaf.index - 1, kind)
            _ = try unsafe snapshot.value(at: leaf.index - 1, of: leaf.page, before, checksumSeed)
            return
        }
        let place = path
        defer { path = place }
        _ = try step(by: -1)
    }

    /// Goes to the next or the previous entry, which must be on that side of the present one.
    private func step(by distance: Int) throws(LMDBError) -> Bool {
        guard let leaf = path.last else { return false }
        let before = try leaf.page.key(leaf.index, kind)
        guard try move(by: distance) else { return false }
        let now = path[path.count - 1]
        guard try kind.compare(now.page.key(now.index, kind), before) * distance > 0 else {
            throw snapshot.damage(now.page.number, "the key of its entry \(now.index) is out of order")
        }
        return true
    }

    private func move(by distance: Int) throws(LMDBError) -> Bool {
        while let top = path.indices.last {
            let index = path[top].index + distance
            if path[top].page.indices.contains(index) {
                path[top].index = index
                return try descendFurther { (page) throws(LMDBError) in distance > 0 ? 0 : page.count - 1 }
            }
            path.removeLast()
        }
        return false
    }
}
