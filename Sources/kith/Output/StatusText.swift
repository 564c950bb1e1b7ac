internal import Schema

/// The state of the service for a person.
enum StatusText {
    static func lines(_ status: StatusResponse, _ times: ZonedTimeText) -> [String] {
        var fields = FieldList()
        fields.add("log", "\(status.logID), format \(status.formatVersion), epoch \(status.epoch)")
        fields.add("durable position", "\(status.durablePosition)")
        fields.add("root", Hexadecimal.text(status.root))
        fields.add("index position", "\(status.indexPosition)")
        fields.add("size", "\(status.logBytes) bytes")
        fields.add("takes commands", status.readOnlyReason.isEmpty ? "yes" : "no: \(status.readOnlyReason)")
        if status.hasDisk { fields.add("disk", disk(status.disk)) }
        if status.hasDamage {
            let damage = status.damage
            fields.add("damaged at", "\(damage.position), \(Labels.of(damage.kind)): \(damage.sentence)")
        }
        if status.witnessPosition > 0 { fields.add("witness", "position \(status.witnessPosition)") }
        for pinned in status.pinnedSnapshots {
            fields.add(
                "long reader",
                "process \(pinned.processID) in \(pinned.store) for \(Int(pinned.seconds)) s, \(pinned.commitsBehind) commits behind"
            )
        }
        fields.add("waiting commands", "\(status.waitingCommands)")
        if status.hasNextTimer { fields.add("next timer", times.minute(status.nextTimer)) }
        if status.parkedTimers > 0 { fields.add("parked timers", "\(status.parkedTimers), see the service's log") }
        if status.hasRefusalJournal { addRefusals(status.refusalJournal, to: &fields) }
        for repair in status.repairs { fields.add("made anew", "\(repair.store): \(repair.reason)") }
        if status.hasScrub { fields.add("verified", scrub(status.scrub, status.durablePosition, times)) }
        fields.add("connections", "\(status.connections)")
        fields.add("version", status.version)
        if status.hasStartedAt { fields.add("started", times.minute(status.startedAt)) }
        return fields.lines + [""] + projections(status.projections)
    }

    private static func disk(_ disk: DiskStatus) -> String {
        let ballast = disk.ballastBytes > 0 ? "ballast of \(disk.ballastBytes) bytes" : "no ballast"
        return "\(disk.full ? "full, " : "")\(disk.freeBytes) bytes free, \(ballast)"
    }

    private static func scrub(_ scrub: ScrubStatus, _ end: UInt64, _ times: ZonedTimeText) -> String {
        if !scrub.stoppedReason.isEmpty { return "stopped at the damage" }
        let rate = "at most \(scrub.bytesPerSecond / 1_000_000) MB/s"
        guard scrub.hasSoundAt else { return "\(scrub.position) of \(end), first round, \(rate)" }
        return "sound up to \(scrub.soundPosition) at \(times.minute(scrub.soundAt)), \(scrub.rounds) rounds, \(rate)"
    }

    private static func addRefusals(_ journal: RefusalJournalStatus, to fields: inout FieldList) {
        let lost = journal.lost > 0 ? ", \(journal.lost) not written down" : ""
        fields.add("refusals", "\(journal.entries) kept\(lost)")
        if !journal.failure.isEmpty { fields.add("refusals fail", journal.failure) }
    }

    private static func projections(_ projections: [ProjectionStatus]) -> [String] {
        let hasDigests = projections.contains { !$0.digest.isEmpty }
        var table = Table(
            [
                ("projection", .left), ("version", .right), ("state", .left), ("position", .right), ("behind", .right),
                ("seconds", .right),
            ] + (hasDigests ? [("digest", .left)] : []))
        for projection in projections {
            let milliseconds = Int64(clamping: projection.lagMicroseconds / 1_000)
            let cells = [
                projection.name, "\(projection.version)", Labels.of(projection.state), "\(projection.position)",
                "\(projection.lagEvents)", MoneyText.decimal(milliseconds, scale: 3),
            ]
            table.add(cells + (hasDigests ? [Hexadecimal.text(projection.digest)] : []))
        }
        let parked = projections.filter { !$0.parkedReason.isEmpty }.map { "\($0.name) is parked: \($0.parkedReason)" }
        return table.lines + parked
    }
}

/// What a rebuild came to, for a person.
enum RebuildText {
    static func lines(_ finished: [RebuildProgress]) -> [String] {
        var table = Table([
            ("projection", .left), ("position", .right), ("seconds", .right), ("events/s", .right), ("compared", .left),
            ("digest", .left),
        ])
        for progress in finished {
            let compared =
                if progress.previousDigest.isEmpty { "" } else {
                    progress.previousDigest == progress.digest ? "equal" : "differs"
                }
            table.add([
                progress.name, "\(progress.position)", MoneyText.decimal(Int64(progress.seconds * 1_000), scale: 3),
                "\(Int(progress.eventsPerSecond))", compared, Hexadecimal.text(progress.digest),
            ])
        }
        return table.lines
    }
}
