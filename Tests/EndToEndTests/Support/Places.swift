import Foundation
import Testing

/// Where the programs, the repository and what stands beside it are.
enum Places {
    /// The folder of `kithd` and `kith`: `KITH_BINARIES`, else that of the program that runs the tests.
    static let binaries: String = {
        if let folder = ProcessInfo.processInfo.environment["KITH_BINARIES"], !folder.isEmpty { return folder }
        var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while !isFile(folder.appending(path: "kithd").path), folder.pathComponents.count > 1 {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }()

    static let kithd = binaries + "/kithd"
    static let kith = binaries + "/kith"

    /// The repository: the folder above the programs, or above the working directory, that holds the package.
    static let repository: String = {
        for start in [binaries, FileManager.default.currentDirectoryPath] {
            var folder = URL(filePath: start)
            while folder.pathComponents.count > 1 {
                if isFile(folder.appending(path: "Package.swift").path) { return folder.path }
                folder.deleteLastPathComponent()
            }
        }
        return FileManager.default.currentDirectoryPath
    }()

    static func mapping(_ name: String) -> String { "\(repository)/tools/mappings/\(name).json" }

    /// Real data, which not everybody has.
    static let sharedData = repository + "/../shared/data"
    static let hasSharedData = isFile(sharedData + "/README.md")
    static let sharedDataMissing: Comment = "../shared/data is not there: real data cannot be tried"

    static let cdnow = sharedData + "/purchases/CDNOW_sample.txt"
    static let onlineRetail = sharedData + "/purchases/online_retail_2010-12-01_15.csv"

    /// Python with protobuf, as `tools/setup` makes it.
    static let python = repository + "/.venv/bin/python"
    static let hasPython = FileManager.default.isExecutableFile(atPath: python)
    static let pythonMissing: Comment = "there is no .venv/bin/python: run tools/setup"

    private static func isFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
