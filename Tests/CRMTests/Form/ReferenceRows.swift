internal import FoundationEssentials

/// Rows of reference data that lies beside the repository, in `../shared/data/text`; tests that need it are skipped
/// elsewhere.
enum ReferenceRows {
    static let folder: String = {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return "/" + root + "/../shared/data/text/"
    }()

    static let arePresent = FileManager.default.fileExists(atPath: folder)

    /// The rows of a file with one JSON object per line.
    static func read<Row: Decodable>(_ type: Row.Type, from name: String) throws -> [Row] {
        let content = try String(contentsOfFile: folder + name, encoding: .utf8)
        return try content.split(separator: "\n").map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    }
}
