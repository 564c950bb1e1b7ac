internal import Crypto
package import KeyVault
package import Schema
internal import Synchronization

/// Long texts, e-mails and files beside the log, each sealed under a key of its own.
///
/// ```
/// items        the table: what is known of each item, with its wrapped key
/// sealed/      the contents, each a file that is named by the SHA-256 of what is in it
/// arriving/    uploads that are not finished; emptied at start
/// ```
///
/// An item is on stable storage before anybody hears of it. Destroying its key writes the entry of the table over in
/// place, so that the key is nowhere else, and takes the file away. Safe to use from any thread.
package final class BodyStore: Sendable {
    /// Greatest content of an item.
    package static let greatestSize = 25_000_000

    /// Gives that many random bytes. Tests pass their own.
    package typealias RandomBytes = KeyVault.RandomBytes

    let directory: String
    let logID: Identifier
    let vault: KeyVault
    let randomBytes: RandomBytes
    let table: Mutex<BodyTable>

    /// Opens the store, or makes one. What a crash left of uploads is taken away.
    ///
    /// - Throws: `damaged`, `versionUnknown`, `io`, `full`.
    package init(
        directory: String, logID: Identifier, vault: KeyVault,
        randomBytes: @escaping RandomBytes = KeyVault.systemRandomBytes
    ) throws(BodyStoreError) {
        self.directory = directory
        self.logID = logID
        self.vault = vault
        self.randomBytes = randomBytes
        for path in [directory, "\(directory)/sealed", "\(directory)/arriving"] { try BodyDirectory.make(path) }
        let opened = try BodyTable(path: "\(directory)/items", directory: directory)
        try Self.tidy(directory, opened)
        table = Mutex(opened)
    }

    /// Takes away unfinished uploads, and contents that no entry names: their item was never acknowledged, or its key was
    /// destroyed.
    private static func tidy(_ directory: String, _ table: BodyTable) throws(BodyStoreError) {
        for name in try BodyDirectory.names(in: "\(directory)/arriving") {
            try BodyDirectory.remove("\(directory)/arriving/\(name)")
        }
        var named: Set<String> = []
        for id in table.ids {
            let entry = try table.entry(of: id)
            if entry.state == .stored { named.insert(fileName(entry.body.sealedHash)) }
        }
        for name in try BodyDirectory.names(in: "\(directory)/sealed") where !named.contains(name) {
            try BodyDirectory.remove("\(directory)/sealed/\(name)")
        }
    }

    static func fileName(_ hash: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    func sealedPath(_ hash: [UInt8]) -> String { "\(directory)/sealed/\(Self.fileName(hash))" }

    /// What is known of an item; also of one that was redacted.
    ///
    /// - Throws: `unknown`, `damaged`, `io`.
    package func body(_ id: Identifier) throws(BodyStoreError) -> StoredBody {
        try table.withLock { (table) throws(BodyStoreError) in try table.entry(of: id).body }
    }

    /// An event refers to the item from now on. The first one stays; noting it again changes nothing.
    ///
    /// - Throws: `unknown`, `redacted`, `damaged`, `io`.
    package func refer(to id: Identifier, from position: Position) throws(BodyStoreError) {
        try table.withLock { (table) throws(BodyStoreError) in
            var entry = try table.entry(of: id)
            guard entry.state == .stored else { throw Self.redacted(id) }
            guard entry.body.referredBy == .none else { return }
            entry.body.referredBy = position
            try table.put(entry)
        }
    }

    /// Destroys the key of an item and takes its content away. Nobody can read it any more; doing it again changes nothing.
    ///
    /// - Parameter position: of the event that says so, which is durable.
    /// - Throws: `unknown`, `damaged`, `io`.
    package func redact(_ id: Identifier, by position: Position) throws(BodyStoreError) {
        let hash = try table.withLock { (table) throws(BodyStoreError) -> [UInt8] in
            var entry = try table.entry(of: id)
            if entry.state == .stored {
                entry.redact(by: position)
                try table.put(entry)
            }
            return entry.body.sealedHash
        }
        try removeContent(hash)
    }

    /// The items to which no event refers, as far as was noted.
    ///
    /// - Throws: `damaged`, `io`.
    package func unreferred() throws(BodyStoreError) -> [StoredBody] {
        try table.withLock { (table) throws(BodyStoreError) in
            var bodies: [StoredBody] = []
            for id in table.unreferred.sorted() { bodies.append(try table.entry(of: id).body) }
            return bodies
        }
    }

    /// Takes away an item to which no event refers, with its key.
    ///
    /// - Throws: `unknown`, `taken` where an event refers to it, `redacted`, `damaged`, `io`.
    package func remove(_ id: Identifier) throws(BodyStoreError) {
        let hash = try table.withLock { (table) throws(BodyStoreError) -> [UInt8] in
            let entry = try table.entry(of: id)
            guard entry.state == .stored else { throw Self.redacted(id) }
            guard entry.isUnreferred else {
                throw BodyStoreError(.taken, "An event refers to the body \(id). Redact it instead.")
            }
            try table.remove(id)
            return entry.body.sealedHash
        }
        try removeContent(hash)
    }

    /// The ids of all items, redacted ones among them.
    package var ids: [Identifier] { table.withLock { $0.ids } }

    /// How many items there are, redacted ones among them, and to how many no event refers, as far as was noted.
    package var counts: (items: Int, unreferred: Int) { table.withLock { ($0.itemCount, $0.unreferred.count) } }

    private func removeContent(_ hash: [UInt8]) throws(BodyStoreError) {
        try BodyDirectory.remove(sealedPath(hash))
        try BodyDirectory.sync("\(directory)/sealed")
    }

    /// Reads every content and compares it with its name, as a scrubber does.
    ///
    /// - Returns: the items whose content is damaged or gone, in the order of the table.
    /// - Throws: `damaged` where the table is, `io`.
    package func verify() throws(BodyStoreError) -> [Identifier] {
        var damaged: [Identifier] = []
        for id in table.withLock({ $0.ids }) {
            let entry = try table.withLock { (table) throws(BodyStoreError) -> BodyEntry? in
                table.contains(id) ? try table.entry(of: id) : nil
            }
            guard let entry, entry.state == .stored else { continue }
            let file = try BodyFile(path: sealedPath(entry.body.sealedHash), .reading)
            guard let file, try Self.hash(of: file) == entry.body.sealedHash else {
                damaged.append(id)
                continue
            }
        }
        return damaged
    }

    private static func hash(of file: BodyFile) throws(BodyStoreError) -> [UInt8] {
        var hash = SHA256()
        var offset = 0
        while true {
            let bytes = try file.read(count: BodySealing.pieceSize, at: offset)
            hash.update(data: bytes)
            offset += bytes.count
            if bytes.count < BodySealing.pieceSize { return Array(hash.finalize()) }
        }
    }

    static func redacted(_ id: Identifier) -> BodyStoreError {
        BodyStoreError(.redacted, "The key of the body \(id) was destroyed. Its content is gone for good.")
    }
}
