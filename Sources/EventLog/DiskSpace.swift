internal import Glibc
internal import Synchronization

/// The space on the volume of a data directory, and the ballast file that keeps some of it for an emergency.
///
/// Who needs space gives way in this order as it runs out:
/// 1. rebuilds, which are given up;
/// 2. the commits of the views, which go on in memory and then wait;
/// 3. new commands, which are refused.
///
/// Only then is the ballast given up: what it held is for the index, for the erasure of personal data, and for the
/// group that was already decided. It is made again before commands are taken again.
package final class DiskSpace: Sendable {
    /// Bytes that the ballast file is to have; 0: none is kept.
    package let ballastBytes: Int
    /// Bytes that the log's file is filled ahead at once.
    private let step: Int
    private let directory: String
    private let ballastPath: String
    private let isBallastThere = Mutex(false)

    /// Looks after the volume of a directory that exists. The ballast is made where there is space for it.
    ///
    /// - Parameters:
    ///   - ballastBytes: size of the ballast file.
    ///   - logReserve: bytes of zeros that the log's file is kept ahead of its content.
    package init(directory: String, ballastBytes: Int, logReserve: Int) {
        self.directory = directory
        self.ballastBytes = ballastBytes
        step = LogRoom.step(reserve: logReserve)
        ballastPath = "\(directory)/ballast"
        restoreBallast()
    }

    /// Bytes that the volume has left for this process.
    ///
    /// - Throws: `store` where the volume cannot be asked.
    package func free() throws(EventLogError) -> Int {
        var status = statvfs()
        guard unsafe statvfs(directory, &status) == 0 else {
            throw EventLogError(
                .store, "The volume of \(directory) cannot be asked for its space: \(Self.lastError()).")
        }
        let (bytes, overflow) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
        return overflow ? .max : bytes
    }

    /// Bytes that are left beyond those that belong to the ballast, also while it is given up.
    package func available() throws(EventLogError) -> Int {
        try free() - (holdsBallast ? 0 : ballastBytes)
    }

    /// Whether there is space for a rebuild, which writes a second copy of a view.
    package func admitsRebuild() throws(EventLogError) -> Bool { try available() >= 2 * derivedFloor }

    /// Whether there is space for the views to commit.
    package func admitsViews() throws(EventLogError) -> Bool { try available() >= derivedFloor }

    /// Below this the space that is left belongs to the log.
    private var derivedFloor: Int { max(ballastBytes, 2 * step) }

    /// What a person needs to know where there is too little.
    package func shortage() -> EventLogError {
        let wanted = ballastBytes + 2 * step
        return EventLogError(
            .diskFull,
            "The volume of \(directory) is full: less than \(wanted >> 10) KiB are free. Make space; nothing has to be restarted."
        )
    }

    // MARK: The ballast

    /// Whether the ballast file stands, or none is kept.
    package var holdsBallast: Bool { isBallastThere.withLock { $0 } }

    /// Gives the ballast's space to whoever needs it now. Does nothing where it is gone already.
    package func giveUpBallast() {
        isBallastThere.withLock { isThere in
            guard ballastBytes > 0, isThere else { return }
            unsafe unlink(ballastPath)
            isThere = false
        }
    }

    /// Makes the ballast again where the volume has space for it and for the log to go on.
    package func restoreBallast() {
        isBallastThere.withLock { isThere in
            guard !isThere else { return }
            isThere = ballastBytes == 0 || makeBallast()
            if ballastBytes == 0 { unsafe unlink(ballastPath) }
        }
    }

    /// Allocates the file's blocks. One that is there from an earlier run is kept, and brought to its size.
    private func makeBallast() -> Bool {
        let file = unsafe open(ballastPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { return false }
        let missing = ballastBytes - Int(status.st_blocks) * 512
        do {
            let left = try free() - max(missing, 0)
            if missing <= 0 || left >= 2 * step {
                if ftruncate(file, off_t(ballastBytes)) == 0, posix_fallocate(file, 0, off_t(ballastBytes)) == 0 {
                    return true
                }
            }
        } catch {
            // A volume that cannot even be asked gets no ballast; the next write to it says what is wrong.
        }
        unsafe unlink(ballastPath)
        return false
    }

    private static func lastError() -> String { unsafe String(cString: strerror(errno)) }
}
