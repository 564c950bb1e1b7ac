internal import FoundationEssentials
internal import KeyVault
internal import Schema
internal import Testing

@testable import BodyStore

/// A folder with a vault and a content store for one test, removed with it.
final class Folder {
    let path: String
    let vault: KeyVault
    let logID = Identifier(high: 1, low: 2)

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/bodies-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        vault = try KeyVault(path: "\(path)/vault", masterKeyPath: "\(path)/master.key", createIfMissing: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var bodies: String { "\(path)/bodies" }

    /// Makes the store, or opens it again.
    func open() throws(BodyStoreError) -> BodyStore {
        try BodyStore(directory: bodies, logID: logID, vault: vault)
    }

    /// A new subject of the vault.
    func subject(_ number: UInt64 = 7) throws -> BodyOwner {
        let slot = try vault.reserveSlot()
        return .subject(number: number, slot: slot.number, generation: slot.generation)
    }

    /// The contents that are stored.
    var contents: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: "\(bodies)/sealed") } }

    /// The uploads that are not finished.
    var arriving: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: "\(bodies)/arriving") } }

    /// Changes a file in place.
    func damage(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        let url = URL(filePath: "\(bodies)/\(name)")
        var bytes = [UInt8](try Data(contentsOf: url))
        change(&bytes)
        try Data(bytes).write(to: url)
    }

    /// Whether some bytes stand in any file of the store.
    func holds(_ sought: [UInt8]) throws -> Bool {
        for name in try FileManager.default.subpathsOfDirectory(atPath: bodies) {
            let path = "\(bodies)/\(name)"
            let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            guard type == .typeRegular else { continue }
            if try Data(contentsOf: URL(filePath: path)).firstRange(of: Data(sought)) != nil { return true }
        }
        return false
    }
}

extension BodyStore {
    /// Puts a whole content.
    @discardableResult
    func put(
        _ id: Identifier, _ content: [UInt8], for owner: BodyOwner = .nobody, by chunk: Int = 300_000,
        at instant: Instant = Instant(microseconds: 1)
    ) throws(BodyStoreError) -> StoredBody {
        let upload = try begin(id, for: owner, mediaType: "text/plain", size: content.count)
        var rest = content[...]
        while !rest.isEmpty {
            try upload.append(Array(rest.prefix(chunk)))
            rest = rest.dropFirst(chunk)
        }
        return try upload.finish(at: instant)
    }

    /// The whole content of an item.
    func content(_ id: Identifier) throws(BodyStoreError) -> [UInt8] {
        var reader = try reader(id)
        var content: [UInt8] = []
        while let piece = try reader.next() { content += piece }
        return content
    }
}

/// What the operation throws, which has to be a `BodyStoreError`.
func failure(_ operation: () throws(BodyStoreError) -> Void) -> BodyStoreError.Code? {
    do throws(BodyStoreError) {
        try operation()
        return nil
    } catch {
        return error.code
    }
}
