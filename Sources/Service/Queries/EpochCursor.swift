internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema

/// The cursor of a list as clients see it: the log's epoch before the place where the list goes on. After a restore
/// the same place may mean other records.
struct EpochCursor {
    private let epochs: Epochs

    init(_ log: EventLog) { self.init(Epochs(log.epochs)) }

    init(_ epochs: Epochs) { self.epochs = epochs }

    /// The cursor to send; empty where the list has ended.
    func sealed(_ place: [UInt8]) -> Data {
        guard !place.isEmpty else { return Data() }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: epochs.present)
        return Data(bytes + place)
    }

    /// The place that a cursor names; empty where there is none.
    ///
    /// - Throws: EPOCH_ENDED where it was made before a restore; SCHEMA_INVALID where it is none of this log.
    func opened(_ cursor: Data) throws(Refusal) -> Data {
        guard !cursor.isEmpty else { return Data() }
        let size = MemoryLayout<UInt32>.size
        let epoch = cursor.prefix(size).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        guard cursor.count > size, epochs.mayHaveBeen(epoch) else {
            throw Refusal(.schemaInvalid, "The cursor is none of this log. Begin the list again.", field: "cursor")
        }
        guard epoch == epochs.present else {
            throw epochs.ended(epoch, "The cursor", advice: "Begin the list again.", field: "cursor")
        }
        return Data(cursor.dropFirst(size))
    }
}

/// The epochs of the log, as those see them who kept a place in an earlier one.
struct Epochs {
    private let all: [LogEpoch]

    init(_ epochs: [LogEpoch]) { all = epochs }

    /// The present epoch.
    var present: UInt32 { all.last?.number ?? LogEpoch.first.number }

    /// Whether there can have been an epoch of this number.
    func mayHaveBeen(_ epoch: UInt32) -> Bool { epoch > 0 && epoch <= present }

    /// The last position that the present epoch surely has in common with an earlier one. None with an epoch that the log
    /// does not descend from: where that one began is not known any more.
    func common(with epoch: UInt32) -> Position {
        guard all.contains(where: { $0.number == epoch }) else { return .none }
        return all.filter { $0.number > epoch }.map(\.restored).min() ?? .none
    }

    /// Checks that a reader of this epoch, who goes on at `from`, has read nothing that a restore took back.
    ///
    /// - Throws: EPOCH_ENDED where he has; SCHEMA_INVALID where the log never had the epoch.
    func check(_ epoch: UInt32, from: Position) throws(Refusal) {
        guard mayHaveBeen(epoch) else {
            throw Refusal(
                .schemaInvalid, "The log is in epoch \(present) and knows of no epoch \(epoch).", field: "epoch")
        }
        let common = common(with: epoch)
        guard epoch < present, from > common.advanced(by: 1) else { return }
        throw ended(
            epoch, "Position \(from)",
            advice: "Forget what was read behind position \(common), and go on from \(common.advanced(by: 1)).",
            field: "from")
    }

    /// What is told to whoever comes with something of an epoch that has ended.
    func ended(_ epoch: UInt32, _ what: String, advice: String, field: String) -> Refusal {
        let common = common(with: epoch)
        var refusal = Refusal(
            .epochEnded,
            "\(what) is of epoch \(epoch); a restore has begun epoch \(present), which has the same records only up to "
                + "position \(common). \(advice)",
            field: field
        ).expected(UInt64(epoch), actual: UInt64(present))
        refusal.detail.positions = [common.rawValue]
        return refusal
    }
}
