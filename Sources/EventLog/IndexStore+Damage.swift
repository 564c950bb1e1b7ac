internal import Glibc
internal import LMDB

/// An index that is damaged is made anew from the log, at the latest when the log is opened next.
extension IndexStore {
    /// Errors that say that the file is no good, rather than that the machine is in trouble.
    static var damage: Set<LMDBError.Code> {
        [.corrupted, .pageNotFound, .invalid, .versionMismatch, .incompatible, .badTable]
    }

    /// Marks the index as one that is not to be used again. The mark is a file beside its own, so that nothing has to be
    /// written into what is damaged; where not even that can be written, the damage is met again.
    func condemn() {
        let mark = unsafe open(Self.mark(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if mark >= 0 { close(mark) }
    }

    /// Looks at the pages that were not looked at when the index was opened, and marks it where one is damaged.
    ///
    /// - Parameter goesOn: asked now and then; false ends the look.
    /// - Throws: `index` with the page that is damaged; `store` where the file cannot be read.
    package func examineRest(while goesOn: @escaping () -> Bool) throws(EventLogError) {
        do throws(LMDBError) {
            try environment.examineRest(while: goesOn)
            if let damage = environment.damage { throw damage }
        } catch {
            var failure = EventLogError(error, during: "examining the index")
            if Self.damage.contains(error.code) {
                failure.code = .index
                condemn()
            }
            throw failure
        }
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
