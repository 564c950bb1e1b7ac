internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import KeyVault
internal import KithTesting
internal import Schema
internal import Service

/// What outlives a process of the service: the disk of the log, the directory of everything else, time and chance.
///
/// The records lie on the simulated disk. The vault, the index, the views and the journal of refusals lie in a directory
/// in memory, where nothing is lost; the index and the views follow from the log and may be taken away at any time.
struct SimulatedMachine {
    let disk: SimulatedDisk
    let clock: SimulatedClock
    let source: SeededSource
    let path: String
    let bug: SeededBug?

    /// Makes the machine of a seed, with an empty disk.
    init(seed: UInt64, bug: SeededBug?) throws {
        self.bug = bug
        disk = SimulatedDisk(seed: seed ^ 0xD15C)
        // Four days before the 29th of February 2028, at noon.
        clock = SimulatedClock(Instant(microseconds: 1_835_092_800_000_000))
        source = SeededSource(seed: seed ^ 0x1D)
        path = Self.folder + "/\(seed)-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path + "/data", withIntermediateDirectories: true)
        let template = try Self.template.get()
        for (from, to) in [("/vault", "/data/vault"), ("/master.key", "/master.key")] {
            try FileManager.default.copyItem(atPath: template + from, toPath: path + to)
            guard chmod(path + to, 0o600) == 0 else { throw EventLogError(.notWritable, "chmod failed") }
        }
    }

    var configuration: ServiceConfiguration {
        var configuration = ServiceConfiguration(
            dataDirectory: path + "/data", masterKeyPath: path + "/master.key", socketPath: path + "/socket")
        // The space of the log is that of its simulated disk.
        configuration.ballastBytes = 0
        configuration.logReserveBytes = 0
        return configuration
    }

    var viewsPath: String { path + "/data/views" }
    var refusalsPath: String { path + "/refusals" }

    /// Takes away what follows from the log.
    func remove(_ derived: String) throws {
        let folder = path + "/data/" + derived
        guard FileManager.default.fileExists(atPath: folder) else { return }
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Takes away the directory.
    func scrap() throws { try FileManager.default.removeItem(atPath: path) }

    /// Memory where there is some: nothing here needs a real disk.
    static let folder: String = {
        atexit { SimulatedMachine.cleanUp() }
        let memory = "/dev/shm"
        let base = access(memory, W_OK) == 0 ? memory : FileManager.default.temporaryDirectory.path
        return base + "/kith-simulation-\(getpid())"
    }()

    /// Takes away the folder of all machines of this process.
    private static func cleanUp() {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            // Nothing was made in it, and the process ends.
        }
    }

    /// A directory with a vault: making one wraps thousands of keys, so it is done once, and the same at each run.
    private static let template = Result<String, any Error> {
        let path = folder + "/template"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let source = SeededSource(seed: 0)
        _ = try KeyVault(
            path: path + "/vault", masterKeyPath: path + "/master.key", createIfMissing: true,
            randomBytes: { source.bytes($0) })
        return path
    }
}
