/// How much of what a log lies on is in use.
package struct LogUsage: Sendable, Hashable {
    /// Bytes of the log's content.
    package var usedBytes = 0
    /// Bytes of its file: the content and what was filled with zeros ahead of it.
    package var fileBytes = 0
    /// Largest size that the file may have at present, in bytes.
    package var mapBytes = 0
    /// Bytes that the file system has left for this process.
    package var freeBytes = 0
    /// Read transactions that are open, over all processes.
    package var readers = 0
    /// How many there may be.
    package var readersMaximum = 0

    package init() {}
}

extension EventLog {
    /// How much of what the log lies on is in use at this moment.
    package func usage() throws(EventLogError) -> LogUsage { try storage.usage() }
}

extension LogStorage {
    package func usage() throws(EventLogError) -> LogUsage {
        var usage = LogUsage()
        usage.usedBytes = try size()
        usage.fileBytes = usage.usedBytes
        return usage
    }
}
