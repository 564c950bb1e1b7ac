internal import FoundationEssentials
internal import Glibc

/// What the system says of this process.
struct ProcessSample: Sendable {
    var residentBytes = 0
    var virtualBytes = 0
    var descriptors = 0
    var descriptorsMaximum = 0
    var processorSeconds = 0.0

    /// Asks the system. What it does not say stays 0, as where there is no /proc.
    static func now() -> ProcessSample {
        var sample = ProcessSample()
        let pages = (file("/proc/self/statm") ?? "").split(separator: " ").prefix(2).compactMap { Int($0) }
        if pages.count == 2 {
            let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
            sample.virtualBytes = pages[0] * pageSize
            sample.residentBytes = pages[1] * pageSize
        }
        do {
            // One of them is that of the listing itself.
            sample.descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count - 1
        } catch {
            sample.descriptors = 0
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            sample.descriptorsMaximum = Int(clamping: limit.rlim_cur)
        }
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            sample.processorSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        return sample
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func file(_ path: String) -> String? {
        do { return try String(contentsOfFile: path, encoding: .utf8) } catch { return nil }
    }
}
