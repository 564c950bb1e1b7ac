import Foundation

/// A folder that goes away with the test. Its path is short, as those of sockets must be.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/kith-e2e-" + UUID().uuidString.prefix(8).lowercased()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    subscript(name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: self[name]))
        return self[name]
    }

    func copy(_ source: String, to target: String) throws {
        try FileManager.default.copyItem(atPath: self[source], toPath: self[target])
    }

    /// Every file below a folder: its path and its bytes.
    static func files(below folder: String) throws -> [(path: String, bytes: Data)] {
        guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
        var files: [(String, Data)] = []
        for case let name as String in walk {
            var isDirectory: ObjCBool = false
            let path = "\(folder)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue
            else { continue }
            files.append((path, try Data(contentsOf: URL(filePath: path))))
        }
        return files
    }
}
