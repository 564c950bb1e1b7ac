internal import Glibc
internal import LMDB

/// An index that is damaged is made anew from the log, at the latest when the log is opened next.
extension IndexStore {
    /// Errors that say that the file is no good, rather than that the machine is in trouble.
    static var damage: Set<LMDBError.Code> {
        [.corrupted, .pageNotFound, .invalid, .versionMismatch, .incompatible]
    }

    /// Marks the index as one that is not to be used again. The mark is a file beside its own, so that nothing has to be
    /// written into what is damaged; where not even that can be written, the damage is met again.
    func condemn() {
        let mark = unsafe open(Self.mark(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if mark >= 0 { close(mark) }
    }

    /// Whether the index in a directory was marked.
    static func isCondemned(_ path: String) -> Bool { unsafe access(mark(path), F_OK) == 0 }

    /// Removes the files of an index that is not open. What cannot be removed is met when it is opened.
    static func remove(_ path: String) {
        // The mark goes last: a removal that is cut short is made up for.
        for file in ["\(path)/data.mdb", "\(path)/lock.mdb", mark(path)] { unsafe unlink(file) }
    }

    private static func mark(_ path: String) -> String { "\(path)/damaged" }
}
