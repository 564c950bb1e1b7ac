internal import CLMDB
internal import Glibc

/// A call into LMDB, or into the file system on its behalf, that did not succeed.
///
/// The error keeps what the C library said (`rawCode`) and where (`call`), so that a log line is enough to find the
/// cause. Programs decide by ``code``.
@usableFromInline package struct LMDBError: Error, Sendable, Equatable {
    /// The kind of failure, as far as programs act on it.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        /// Names the kinds; wrapped so that a new kind does not break a caller's `switch`.
        private enum Kind: String {
            case notFound, keyExists, mapFull, mapResized, readersFull, tablesFull, transactionFull
            case corrupted, pageNotFound, panic, versionMismatch, invalid, incompatible
            case badTransaction, badSize, badTable, badReaderSlot
            case diskFull, io, permission, noSuchFile, tooManyFiles, outOfMemory, invalidArgument
            case alreadyOpen, busy, other
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        package var description: String { kind.rawValue }

        /// The key or the table does not exist.
        package static let notFound = Code(.notFound)
        /// The key exists already, or an appended key is not greater than the last one.
        package static let keyExists = Code(.keyExists)
        /// The map is full: the environment cannot grow beyond `EnvironmentOptions.mapSize`.
        package static let mapFull = Code(.mapFull)
        /// Another process has made the map larger.
        package static let mapResized = Code(.mapResized)
        /// All reader slots are taken.
        package static let readersFull = Code(.readersFull)
        /// More named tables than `EnvironmentOptions.maxTables`.
        package static let tablesFull = Code(.tablesFull)
        /// One transaction changed more pages than LMDB can hold.
        package static let transactionFull = Code(.transactionFull)
        /// A page is of the wrong type: the file is damaged.
        package static let corrupted = Code(.corrupted)
        /// A page that the tree names does not exist: the file is damaged.
        package static let pageNotFound = Code(.pageNotFound)
        /// The meta page could not be written: the environment refuses everything until it is opened again.
        package static let panic = Code(.panic)
        /// The file was written by an LMDB with another format.
        package static let versionMismatch = Code(.versionMismatch)
        /// The file is not an LMDB file.
        package static let invalid = Code(.invalid)
        /// The table exists with other flags.
        package static let incompatible = Code(.incompatible)
        /// The transaction failed before and can only be aborted.
        package static let badTransaction = Code(.badTransaction)
        /// A key or a value has a size that is not allowed.
        package static let badSize = Code(.badSize)
        /// The table changed under its handle.
        package static let badTable = Code(.badTable)
        /// A reader slot was used twice.
        package static let badReaderSlot = Code(.badReaderSlot)
        /// No space left: disk, quota or file size limit.
        package static let diskFull = Code(.diskFull)
        /// The device reported an error. LMDB reports the first short write to a full disk so, too.
        package static let io = Code(.io)
        /// Not allowed: file mode, read-only file system or read-only environment.
        package static let permission = Code(.permission)
        /// The directory or file does not exist.
        package static let noSuchFile = Code(.noSuchFile)
        /// The process or the system has no file descriptors left.
        package static let tooManyFiles = Code(.tooManyFiles)
        /// No memory or no address space left.
        package static let outOfMemory = Code(.outOfMemory)
        /// LMDB refused an argument.
        package static let invalidArgument = Code(.invalidArgument)
        /// This process has this environment open already.
        package static let alreadyOpen = Code(.alreadyOpen)
        /// The operation needs an environment without open transactions.
        package static let busy = Code(.busy)
        /// Anything else; `rawCode` tells.
        package static let other = Code(.other)

        /// Sorts a return code of LMDB (negative) or of the operating system (positive) into a kind.
        init(rawCode: Int32) {
            switch rawCode {
            case MDB_NOTFOUND: self = .notFound
            case MDB_KEYEXIST: self = .keyExists
            case MDB_MAP_FULL: self = .mapFull
            case MDB_MAP_RESIZED: self = .mapResized
            case MDB_READERS_FULL: self = .readersFull
            case MDB_DBS_FULL: self = .tablesFull
            case MDB_TXN_FULL: self = .transactionFull
            case MDB_CORRUPTED: self = .corrupted
            case MDB_PAGE_NOTFOUND: self = .pageNotFound
            case MDB_PANIC: self = .panic
            case MDB_VERSION_MISMATCH: self = .versionMismatch
            case MDB_INVALID: self = .invalid
            case MDB_INCOMPATIBLE: self = .incompatible
            case MDB_BAD_TXN: self = .badTransaction
            case MDB_BAD_VALSIZE: self = .badSize
            case MDB_BAD_DBI: self = .badTable
            case MDB_BAD_RSLOT: self = .badReaderSlot
            case ENOSPC, EDQUOT, EFBIG: self = .diskFull
            case EIO: self = .io
            case EACCES, EPERM, EROFS: self = .permission
            case ENOENT: self = .noSuchFile
            case EMFILE, ENFILE: self = .tooManyFiles
            case ENOMEM: self = .outOfMemory
            case EINVAL: self = .invalidArgument
            default: self = .other
            }
        }
    }

    /// The kind of failure.
    package let code: Code
    /// What the call returned: an LMDB code (negative) or an `errno` (positive). `MDB_CORRUPTED` for a damaged page.
    package let rawCode: Int32
    /// The call that failed, by its name in C: `mdb_put`. The page, where one was found damaged: `page 17`.
    package let call: String
    /// The path or the table that the call was about, where that is known.
    package let subject: String?
    /// Which page is damaged and how, where that is what was found.
    package let damage: PageDamage?

    /// - Parameters:
    ///   - rawCode: what the call returned; decides the kind unless `code` is given.
    ///   - call: name of the C function.
    ///   - subject: path or table, for the message.
    ///   - code: the kind, where the raw code alone does not tell it.
    ///   - damage: the damaged page.
    init(rawCode: Int32, call: String, subject: String? = nil, code: Code? = nil, damage: PageDamage? = nil) {
        self.code = code ?? Code(rawCode: rawCode)
        self.rawCode = rawCode
        self.call = call
        self.subject = subject
        self.damage = damage
    }

    /// The failure that `errno` describes at this moment.
    static func system(_ call: String, subject: String? = nil) -> LMDBError {
        LMDBError(rawCode: errno, call: call, subject: subject)
    }

    /// An entry of a table does not have the checksum that it was written with.
    static func damagedEntry(of table: String?) -> LMDBError {
        LMDBError(rawCode: MDB_CORRUPTED, call: "an entry that does not have its checksum", subject: table)
    }

    /// Throws unless `rawCode` is success.
    @inline(__always)
    static func check(_ rawCode: Int32, _ call: StaticString, subject: String? = nil) throws(LMDBError) {
        guard rawCode != MDB_SUCCESS else { return }
        throw LMDBError(rawCode: rawCode, call: call.description, subject: subject)
    }
}

extension LMDBError: CustomStringConvertible {
    /// What happened and what to do about it, for an operator.
    package var message: String {
        let about = subject.map { " (\($0))" } ?? ""
        return "\(call)\(about): \(cause). \(advice)"
    }

    @usableFromInline package var description: String { "\(code) [\(rawCode)] \(message)" }

    /// The C library's own words.
    private var cause: String {
        if let damage { return damage.what }
        return switch code {
        case .alreadyOpen: "this process has the environment open already"
        case .busy: "a transaction is open"
        default: unsafe String(cString: mdb_strerror(rawCode))
        }
    }

    private var advice: String {
        switch code {
        case .notFound: "Nothing is stored under this name; create it first or treat it as absent."
        case .keyExists: "Nothing was written; for an append the key must be greater than the last one."
        case .mapFull:
            "Nothing of the transaction was written; where the map may grow, end open transactions and try again."
        case .mapResized: "End this environment's transactions: the new size is then adopted by itself."
        case .readersFull: "End transactions that are not needed, or open with more reader slots."
        case .tablesFull: "Open the environment with a larger number of tables."
        case .transactionFull: "Abort, and split the work into smaller transactions."
        case .corrupted, .pageNotFound: "The file is damaged; stop writing, keep a copy, restore or rebuild."
        case .panic: "Close the environment, open it again and verify it before writing."
        case .versionMismatch: "Use the LMDB version that wrote the file."
        case .invalid: "The file is not an LMDB file or its first pages are damaged; restore it."
        case .incompatible: "The table was created with other flags; open it with those."
        case .badTransaction: "An earlier call of this transaction failed; abort it and begin a new one."
        case .badSize: "Keys have 1 to 511 bytes, or exactly 8 in a table of integer keys; values less than 4 GiB."
        case .badTable: "The table was removed or created again; open the environment again."
        case .badReaderSlot: "A read transaction was used from two places at once; this is a fault of the program."
        case .diskFull: "Free space on the volume and try again; nothing of the transaction was written."
        case .io: "Check free space first, then the device; do not trust it before the data has been verified."
        case .permission: "Check owner and mode of the directory, and that the volume is mounted writable."
        case .noSuchFile: "Check the path; a read-only environment is not created."
        case .tooManyFiles: "Raise the limit of open files."
        case .outOfMemory: "Free memory, or lower the map size where address space is limited."
        case .invalidArgument: "The call does not fit the state of the environment; this is a fault of the program."
        case .alreadyOpen: "Share the open environment; a second one would drop the first one's locks."
        case .busy: "End all transactions of this environment and try again."
        default: "See the manual page of the call."
        }
    }
}

/// Why a transaction's closure did not finish: the store failed, or the closure threw.
@usableFromInline package enum TransactionError<Body: Error>: Error {
    /// LMDB failed; a write transaction has been aborted.
    case store(LMDBError)
    /// The closure threw; a write transaction has been aborted.
    case body(Body)
}

extension TransactionError: CustomStringConvertible {
    @usableFromInline package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .body(let error): "\(error)"
        }
    }
}

extension TransactionError: Equatable where Body: Equatable {}

extension TransactionError where Body == LMDBError {
    /// The error itself, when it does not matter whether the store or the closure met it.
    package var flattened: LMDBError {
        switch self {
        case .store(let error), .body(let error): error
        }
    }
}
