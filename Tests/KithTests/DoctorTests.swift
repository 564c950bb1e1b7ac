internal import Foundation
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// What `kith doctor` finds: each trouble is made once, and found alone.
@Suite struct DoctorTests {
    // MARK: A service that answers

    private static let sound = StatusResponse.with {
        $0.dataDirectory = "/srv/kith"
        $0.masterKeyFile = "/etc/kith/master.key"
        $0.disk.freeBytes = 100 << 30
        $0.maximumReaders = 2_048
        $0.readers = 3
        $0.projections = [
            .with {
                $0.name = "directory"
                $0.state = .live
            },
            .with {
                $0.name = "loyalty"
                $0.state = .catchingUp
                $0.lagMicroseconds = 2_000_000
            },
        ]
    }

    private static func troubles(_ change: (inout StatusResponse) -> Void) -> [Trouble] {
        var status = sound
        change(&status)
        return ServiceExamination(status: status).troubles
    }

    @Test func `a service that is well has none`() {
        #expect(Self.troubles { _ in }.isEmpty)
        // One that is older than this program says nothing of its disk.
        #expect(ServiceExamination(status: StatusResponse()).troubles.isEmpty)
    }

    /// A trouble, what is to be typed about it, and what makes it.
    private struct MadeInStatus: Sendable {
        var trouble: String
        var command: String
        var make: @Sendable (inout StatusResponse) -> Void

        init(_ trouble: String, _ command: String, _ make: @escaping @Sendable (inout StatusResponse) -> Void) {
            self.trouble = trouble
            self.command = command
            self.make = make
        }
    }

    private static let madeInStatus = [
        MadeInStatus("readOnly", "systemctl restart kithd") { $0.readOnlyReason = "A flush has failed." },
        MadeInStatus("diskNearlyFull", "df -h /srv/kith") { $0.disk.freeBytes = 900 << 20 },
        MadeInStatus("projectionParked", "kith rebuild loyalty") { $0.projections[1].state = .parked },
        MadeInStatus("projectionBehind", "watch kith status") { $0.projections[1].lagMicroseconds = 61_000_000 },
        MadeInStatus("logDamaged", "kith verify") { $0.damage.position = 4_711 },
        MadeInStatus("scrubStopped", "kith verify") { $0.scrub.stoppedReason = "It cannot read." },
        MadeInStatus("snapshotPinned", "ps -o pid,etime,user,args -p 17") {
            $0.pinnedSnapshots = [.with { $0.processID = 17 }]
        },
        MadeInStatus("storeRepaired", "dmesg --level err,warn") { $0.repairs = [.with { $0.store = "index" }] },
        MadeInStatus("readersNearlyFull", "fuser -v /srv/kith/log/lock.mdb") { $0.readers = 2_000 },
        MadeInStatus("commandsWaiting", "iostat -x 5 3") { $0.waitingCommands = 6_000 },
        MadeInStatus("timersParked", "journalctl -u kithd --grep 'timer cannot be fired'") { $0.parkedTimers = 1 },
        MadeInStatus("refusalsNotWritten", "ls -l /srv/kith/refusals") { $0.refusalJournal.failure = "disk full" },
        MadeInStatus("refusalsLost", "kith refusals --counts") { $0.refusalJournal.lost = 1 },
        MadeInStatus("bodiesUnreferenced", "kith refusals --counts") { $0.unreferencedBodies = 1_001 },
    ]

    @Test func `each trouble of a service has its line`() {
        for made in Self.madeInStatus {
            let found = Self.troubles(made.make)
            #expect(found.map(\.trouble) == [made.trouble])
            #expect(found.map(\.command) == [made.command])
            #expect(found.allSatisfy { !$0.line.contains("\n") && $0.line.hasSuffix(" Type: \(made.command)") })
        }
    }

    @Test func `a full disk is said once, and damage with the place`() {
        let full = Self.troubles {
            $0.disk.full = true
            $0.disk.freeBytes = 0
            $0.readOnlyReason = "There is no space."
        }
        #expect(full.map(\.trouble) == ["diskFull"] && full[0].command == "df -h /srv/kith")
        let damaged = Self.troubles {
            $0.damage.position = 4_711
            $0.scrub.stoppedReason = "It found damage."
        }
        #expect(damaged.map(\.trouble) == ["logDamaged"] && damaged[0].sentence.contains("position 4711"))
    }

    @Test func `what the service says to type is typed`() {
        let said = Self.troubles { $0.masterKeyProblem = "It has mode 644. Type: chmod 600 /etc/kith/master.key" }
        #expect(said.map(\.command) == ["chmod 600 /etc/kith/master.key"])
        #expect(said[0].line.components(separatedBy: "Type:").count == 2)
        let unsaid = Self.troubles { $0.masterKeyProblem = "It holds another key." }
        #expect(unsaid.map(\.command) == ["ls -l /etc/kith/master.key"])
    }

    @Test func `a projection that is rebuilt is no trouble, several troubles are all said`() {
        #expect(
            Self.troubles {
                $0.projections[1].state = .rebuilding
                $0.projections[1].lagMicroseconds = 600_000_000
            }.isEmpty)
        let found = Self.troubles {
            $0.parkedTimers = 2
            $0.readOnlyReason = "x"
            $0.projections[0].state = .parked
        }
        #expect(found.map(\.trouble) == ["readOnly", "projectionParked", "timersParked"])
    }

    @Test func `paths are quoted for a shell`() {
        #expect(Trouble.quoted("/srv/kith-1/log_2.mdb") == "/srv/kith-1/log_2.mdb")
        #expect(Trouble.quoted("/srv/it's here") == "'/srv/it'\\''s here'")
        #expect(Trouble.quoted("") == "''")
    }

    // MARK: A directory whose service does not answer

    /// A directory with what that of a log has.
    private final class LogFolder {
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.appending(path: "kith-doctor-\(UUID())").path
            try FileManager.default.createDirectory(atPath: path + "/log", withIntermediateDirectories: true)
            try mode(0o700, "")
            try write("kith-log version 1 id 01930ad2-7c40-7000-8000-000000000001\n", "FORMAT")
            try write("", "LOCK")
            try write("records", "log/data.mdb")
            try write("slots", "vault")
            try write(String(repeating: "k", count: 32), "master.key")
            try mode(0o600, "master.key")
        }

        deinit {
            do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record("\(error)") }
        }

        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        }

        func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

        func mode(_ mode: Int, _ name: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
        }

        func examine(_ change: (inout DirectoryExamination) -> Void = { _ in }) -> [Trouble] {
            var examination = DirectoryExamination(
                socket: path + "/kith.sock", directory: path, masterKey: path + "/master.key", freeBytes: 0)
            change(&examination)
            return examination.troubles
        }
    }

    @Test func `a directory that is well only lacks its service`() throws {
        let folder = try LogFolder()
        let found = folder.examine()
        #expect(found.map(\.trouble) == ["notRunning"])
        #expect(found[0].command == "systemctl start kithd" && found[0].sentence.contains("nothing is in the way"))
    }

    /// A trouble, and what makes it.
    private struct MadeInFolder: Sendable {
        var trouble: String
        var make: @Sendable (LogFolder) throws -> Void

        init(_ trouble: String, _ make: @escaping @Sendable (LogFolder) throws -> Void) {
            self.trouble = trouble
            self.make = make
        }
    }

    private static let madeInFolder = [
        MadeInFolder("formatMissing") { try $0.remove("FORMAT") },
        MadeInFolder("formatDamaged") { try $0.write("something else", "FORMAT") },
        MadeInFolder("formatUnknown") { try $0.write("kith-log version 99 id x\n", "FORMAT") },
        MadeInFolder("recordsMissing") { try $0.remove("log/data.mdb") },
        MadeInFolder("vaultMissing") { try $0.remove("vault") },
        MadeInFolder("masterKeyMissing") { try $0.remove("master.key") },
        MadeInFolder("masterKeyMode") { try $0.mode(0o644, "master.key") },
        MadeInFolder("masterKeySize") { try $0.write("short", "master.key") },
        MadeInFolder("directoryOpen") { try $0.mode(0o777, "") },
    ]

    @Test func `each trouble of a directory has its line`() throws {
        for made in Self.madeInFolder {
            let folder = try LogFolder()
            try made.make(folder)
            let found = folder.examine()
            #expect(found.map(\.trouble) == [made.trouble, "notRunning"])
            #expect(found.last?.sentence.contains("nothing is in the way") == false)
        }
    }

    @Test func `a full disk, rights that are missing, and a directory that is not there are said`() throws {
        let folder = try LogFolder()
        #expect(folder.examine { $0.freeBytes = .max }.map(\.trouble) == ["diskNearlyFull", "notRunning"])
        let path = folder.path
        let closed = folder.examine { $0.mayUse = { candidate, _ in candidate != path } }
        #expect(closed.map(\.trouble) == ["directoryClosed"])
        #expect(closed[0].command == "sudo -u '#\(geteuid())' kith doctor --data-directory \(Trouble.quoted(path))")
        let missing = DirectoryExamination(socket: "/nowhere.sock", directory: "/no/where", masterKey: "/no/where/key")
        #expect(missing.troubles.map(\.trouble) == ["directoryMissing"])
        let file = DirectoryExamination(socket: "/nowhere.sock", directory: path + "/FORMAT", masterKey: "x")
        #expect(file.troubles.map(\.trouble) == ["noDirectory"])
    }

    @Test func `a socket that this user may not open names the group that may`() throws {
        let folder = try LogFolder()
        let path = folder.path + "/kith.sock"
        try Self.withSocket(at: path) {
            let found = folder.examine { $0.mayUse = { candidate, _ in candidate != path } }
            #expect(found.map(\.trouble) == ["socketClosed", "notRunning"])
            #expect(found[0].command.hasPrefix("sudo usermod -aG "))
        }
        // Closed, and its file is still there: as after a kill.
        #expect(folder.examine()[0].sentence.contains("left over"))
    }

    private static func withSocket(at path: String, _ body: () throws -> Void) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        try body()
    }

    @Test func `a process that holds the directory is named`() throws {
        let folder = try LogFolder()
        let descriptor = open(folder.path + "/LOCK", O_RDWR)
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        defer { close(descriptor) }
        let found = folder.examine()
        #expect(found.map(\.trouble) == ["noAnswer"])
        #expect(found[0].sentence.hasPrefix("Process \(getpid()) serves"), "\(found)")
    }

    @Test func `a lock is found among many`() throws {
        let folder = try LogFolder()
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        // More than the system lists in one piece.
        for number in 0..<300 {
            let descriptor = open("\(folder.path)/\(number)", O_RDWR | O_CREAT, 0o600)
            try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            descriptors.append(descriptor)
        }
        for number in 0..<300 { #expect(FileLocks.holder(of: "\(folder.path)/\(number)") == Int(getpid())) }
    }

    @Test func `locks are found by device and inode, whatever else is locked`() throws {
        let folder = try LogFolder()
        let place = try #require(FileStatus(folder.path + "/LOCK")?.place)
        let inode = String(place.split(separator: ":")[2])
        let lines = [
            "1: POSIX  ADVISORY  READ  11 \(place) 0 EOF", "2: FLOCK  ADVISORY  WRITE 12 00:00:\(inode) 0 EOF",
            "2: -> FLOCK  ADVISORY  WRITE 14 \(place) 0 EOF", "3: FLOCK  ADVISORY  WRITE 13 \(place) 0 EOF",
        ]
        try folder.write(lines.joined(separator: "\n"), "locks")
        #expect(FileLocks.holder(of: folder.path + "/LOCK", locks: folder.path + "/locks") == 13)
        try folder.write(lines[0] + "\n", "locks")
        #expect(FileLocks.holder(of: folder.path + "/LOCK", locks: folder.path + "/locks") == nil)
    }
}
