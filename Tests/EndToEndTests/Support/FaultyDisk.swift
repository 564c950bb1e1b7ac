import Foundation
import Testing

/// A library that is loaded before the C library and lets calls on the log's file fail while a file of their name is
/// there.
struct FaultyDisk {
    /// What can be made to fail.
    enum Fault: String {
        /// Flushing what a commit wrote.
        case flush
        /// Writing the page that makes a commit valid.
        case meta
    }

    private let folder: TestFolder

    /// Starts the service with the library.
    var prefix: [String] { ["env", "LD_PRELOAD=" + folder["faults.so"], "KITH_TEST_FAULTS=" + folder["faults"]] }

    init(in folder: TestFolder) async throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder["faults"], withIntermediateDirectories: false)
        let source = try folder.write(Self.source, to: "faults.c")
        let run = try await RunOutcome(
            ChildProcess(
                Self.compiler, ["-shared", "-fPIC", "-O1", "-o", folder["faults.so"], source, "-ldl"],
                output: folder["cc"]))
        try #require(run.code == 0, "\(run)")
    }

    func begin(_ fault: Fault) throws { try Data().write(to: URL(filePath: folder["faults/" + fault.rawValue])) }

    func end(_ fault: Fault) throws { try FileManager.default.removeItem(atPath: folder["faults/" + fault.rawValue]) }

    private static let compiler = "/usr/bin/cc"
    static let canBeMade = FileManager.default.isExecutableFile(atPath: compiler)

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>

        static int fails(int descriptor, const char *fault) {
            const char *folder = getenv("KITH_TEST_FAULTS");
            char trigger[4096], link[64], path[4096];
            if (!folder) return 0;
            snprintf(trigger, sizeof trigger, "%s/%s", folder, fault);
            if (access(trigger, F_OK) != 0) return 0;
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (length < 0) return 0;
            path[length] = 0;
            const char *name = strstr(path, "/log/data.mdb");
            return name && strcmp(name, "/log/data.mdb") == 0;
        }

        int fdatasync(int descriptor) {
            int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
            if (fails(descriptor, "flush")) { errno = EIO; return -1; }
            return real(descriptor);
        }

        ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
            ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
            if (count < 512 && fails(descriptor, "meta")) { errno = EIO; return -1; }
            return real(descriptor, bytes, count, offset);
        }

        ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
            return pwrite(descriptor, bytes, count, offset);
        }
        """#
}
