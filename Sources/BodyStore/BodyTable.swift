internal import Schema

/// The table of the content store: a file of fixed entries, each written over in place, so that a key that is destroyed
/// is nowhere else. Which entry an item has is kept in memory.
struct BodyTable {
    private static let magic: [UInt8] = Array("KITHBDY1".utf8)
    private static let headerSize = 4_096
    /// What stands before the entries.
    static let header = magic + [UInt8](repeating: 0, count: headerSize - magic.count)
    /// Entries that are read at a time.
    private static let entriesPerRead = 2_048

    private let file: BodyFile
    private var places: [Identifier: Int] = [:]
    /// Items that can be read and to which no event refers yet, as far as was noted.
    private(set) var unreferred: Set<Identifier> = []
    /// Entries that can be used again, the last one first.
    private var free: [Int] = []
    private var count = 0

    /// Opens the table, or makes one.
    ///
    /// - Throws: `damaged`, `versionUnknown`, `io`, `full`.
    init(path: String, directory: String) throws(BodyStoreError) {
        if let file = try BodyFile(path: path, .existing) {
            self.file = file
        } else {
            try Self.create(path, in: directory)
            guard let file = try BodyFile(path: path, .existing) else {
                throw BodyStoreError(.io, "\(path) has gone while it was being made.")
            }
            self.file = file
        }
        guard try file.read(count: Self.magic.count, at: 0) == Self.magic else {
            throw BodyStoreError(
                .versionUnknown, "\(path) is no table of bodies that this program reads. Restore it from a backup.")
        }
        try scan()
    }

    private static func create(_ path: String, in directory: String) throws(BodyStoreError) {
        let unfinished = path + ".new"
        try BodyDirectory.remove(unfinished)
        guard let file = try BodyFile(path: unfinished, .new) else { return }
        try file.write(header, at: 0)
        try file.sync()
        try BodyDirectory.move(unfinished, to: "items", in: directory)
    }

    private mutating func scan() throws(BodyStoreError) {
        // What a crash left behind the last whole entry was never acknowledged.
        count = max(0, try file.length() - Self.headerSize) / BodyEntry.size
        var first = 0
        while first < count {
            let entries = min(Self.entriesPerRead, count - first)
            let bytes = try file.read(count: entries * BodyEntry.size, at: Self.offset(first))
            for index in first..<first + entries {
                let start = (index - first) * BodyEntry.size
                if let entry = try BodyEntry(decoding: bytes[start..<start + BodyEntry.size], at: index) {
                    places[entry.body.id] = index
                    if entry.isUnreferred { unreferred.insert(entry.body.id) }
                } else {
                    free.append(index)
                }
            }
            first += entries
        }
    }

    private static func offset(_ index: Int) -> Int { headerSize + index * BodyEntry.size }

    /// The ids of all items, redacted ones among them, in the order of their entries.
    var ids: [Identifier] { places.sorted { $0.value < $1.value }.map(\.key) }

    func contains(_ id: Identifier) -> Bool { places[id] != nil }

    var itemCount: Int { places.count }

    /// The entry of an item.
    ///
    /// - Throws: `unknown`, `damaged`, `io`.
    func entry(of id: Identifier) throws(BodyStoreError) -> BodyEntry {
        guard let index = places[id] else { throw BodyStoreError(.unknown, "There is no body \(id). Upload it again.") }
        let bytes = try file.read(count: BodyEntry.size, at: Self.offset(index))
        guard let entry = try BodyEntry(decoding: bytes[...], at: index), entry.body.id == id else {
            throw BodyStoreError(
                .damaged, "Entry \(index) of the table of bodies is another one. Restore the bodies from a backup.")
        }
        return entry
    }

    /// Puts an entry in the place of the item's former one, or into a free one, durably.
    mutating func put(_ entry: BodyEntry) throws(BodyStoreError) {
        let index = places[entry.body.id] ?? free.last ?? count
        try file.write(entry.encoded(at: index), at: Self.offset(index))
        try file.sync()
        if places.updateValue(index, forKey: entry.body.id) == nil {
            if free.last == index { free.removeLast() } else { count += 1 }
        }
        if entry.isUnreferred { unreferred.insert(entry.body.id) } else { unreferred.remove(entry.body.id) }
    }

    /// Takes an item out, durably: nothing of its entry stays.
    mutating func remove(_ id: Identifier) throws(BodyStoreError) {
        guard let index = places[id] else { return }
        try file.write(BodyEntry.free(at: index), at: Self.offset(index))
        try file.sync()
        places[id] = nil
        unreferred.remove(id)
        free.append(index)
    }
}
