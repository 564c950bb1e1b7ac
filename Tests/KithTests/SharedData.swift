internal import Testing

@testable import kith

#if canImport(Glibc)
    internal import Glibc
#endif

/// Files that stand beside the repository, which not everybody has, and files of the repository itself.
enum SharedData {
    /// The repository's folder.
    static var repository: String {
        String(#filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/"))
    }

    static var folder: String { repository + "/../shared/data" }

    /// Whether the data are there; tests that need them are skipped with this message where not.
    static var isPresent: Bool { access(folder + "/README.md", R_OK) == 0 }

    static let missing: Comment = "../shared/data is not there"

    static func bytes(_ path: String) throws -> [UInt8] {
        try InputFile.contents(of: path, limit: 1 << 26)
    }
}

/// A file that goes away with the test.
final class TemporaryFile {
    let path: String

    init(_ contents: some Sequence<UInt8>) throws {
        var template = Array("/tmp/kith-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let bytes = Array(contents)
        #expect(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }

    deinit {
        unlink(path)
    }
}
