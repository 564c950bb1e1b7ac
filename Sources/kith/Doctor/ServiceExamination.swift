internal import Schema

/// What a running service says of itself, looked at for trouble.
struct ServiceExamination {
    let status: StatusResponse

    /// Every trouble there is, the worst first.
    var troubles: [Trouble] {
        [damage, takesNoCommands, diskNearlyFull, masterKey].compactMap(\.self) + projections
            + [scrub, readers, waiting, timers, refusals, lostRefusals, bodies].compactMap(\.self) + pinned + repairs
    }

    private var directory: String { Trouble.quoted(status.dataDirectory.isEmpty ? "." : status.dataDirectory) }

    private var damage: Trouble? {
        guard status.hasDamage else { return nil }
        return Trouble(
            "logDamaged",
            "The log is damaged from position \(status.damage.position) on: \(status.damage.sentence)",
            type: "kith verify")
    }

    private var takesNoCommands: Trouble? {
        if status.disk.full {
            return Trouble(
                "diskFull",
                "The disk of \(status.dataDirectory) is full: commands are refused until there is space again.",
                type: "df -h \(directory)")
        }
        guard !status.readOnlyReason.isEmpty else { return nil }
        return Trouble(
            "readOnly", "No commands are taken, reads go on: \(status.readOnlyReason)",
            type: "systemctl restart kithd")
    }

    private var diskNearlyFull: Trouble? {
        // A service that is older than this program does not say.
        guard status.hasDisk, !status.disk.full, status.disk.freeBytes < Threshold.freeBytes else { return nil }
        return Trouble(
            "diskNearlyFull",
            "The disk of \(status.dataDirectory) has \(status.disk.freeBytes >> 20) MiB left; when it is full, commands "
                + "are refused.",
            type: "df -h \(directory)")
    }

    private var masterKey: Trouble? {
        guard !status.masterKeyProblem.isEmpty else { return nil }
        return Trouble(
            "masterKey", said: "The service could not be started again. \(status.masterKeyProblem)",
            else: "ls -l \(Trouble.quoted(status.masterKeyFile))")
    }

    private var projections: [Trouble] {
        status.projections.compactMap { projection in
            let name = projection.name
            if projection.state == .parked {
                return Trouble(
                    "projectionParked",
                    "\(name) is parked and answers from before: \(projection.parkedReason)",
                    type: "kith rebuild \(name)")
            }
            let seconds = projection.lagMicroseconds / 1_000_000
            // While it is rebuilt, the new one is behind and the present one follows.
            guard projection.state != .rebuilding, seconds > Threshold.lagSeconds else { return nil }
            return Trouble(
                "projectionBehind", "\(name) is \(seconds) s and \(projection.lagEvents) events behind the log.",
                type: "watch kith status")
        }
    }

    private var scrub: Trouble? {
        // Where it has stopped at damage, that is said already.
        guard status.hasScrub, !status.hasDamage, !status.scrub.stoppedReason.isEmpty else { return nil }
        return Trouble(
            "scrubStopped", "The log is no longer verified in the background: \(status.scrub.stoppedReason)",
            type: "kith verify")
    }

    private var pinned: [Trouble] {
        status.pinnedSnapshots.map { snapshot in
            Trouble(
                "snapshotPinned",
                "Process \(snapshot.processID) has read \(snapshot.store) for \(Int(snapshot.seconds)) s without "
                    + "letting go: its file grows.",
                type: "ps -o pid,etime,user,args -p \(snapshot.processID)")
        }
    }

    private var repairs: [Trouble] {
        status.repairs.map { repair in
            Trouble(
                "storeRepaired",
                "\(repair.store) was found damaged and made anew from the log; the disk may be failing: "
                    + repair.reason,
                type: "dmesg --level err,warn")
        }
    }

    private var readers: Trouble? {
        guard Double(status.readers) > Double(status.maximumReaders) * Threshold.share else { return nil }
        return Trouble(
            "readersNearlyFull",
            "\(status.readers) of \(status.maximumReaders) places for readers of the log are taken and kept.",
            type: "fuser -v \(Trouble.quoted(status.dataDirectory + "/log/lock.mdb"))")
    }

    private var waiting: Trouble? {
        guard status.waitingCommands > Threshold.waitingCommands else { return nil }
        return Trouble(
            "commandsWaiting", "\(status.waitingCommands) commands wait: more come than the disk takes.",
            type: "iostat -x 5 3")
    }

    private var timers: Trouble? {
        guard status.parkedTimers > 0 else { return nil }
        return Trouble(
            "timersParked",
            "\(status.parkedTimers) timers could not be fired; what they were to cause has not happened.",
            type: "journalctl -u kithd --grep 'timer cannot be fired'")
    }

    private var refusals: Trouble? {
        guard !status.refusalJournal.failure.isEmpty else { return nil }
        return Trouble(
            "refusalsNotWritten", "The journal of refusals cannot be written: \(status.refusalJournal.failure)",
            type: "ls -l \(Trouble.quoted(status.dataDirectory + "/refusals"))")
    }

    private var lostRefusals: Trouble? {
        guard status.refusalJournal.lost > 0 else { return nil }
        return Trouble(
            "refusalsLost",
            "\(status.refusalJournal.lost) refusals since the start are not in their journal: somebody is refused very "
                + "often.",
            type: "kith refusals --counts")
    }

    private var bodies: Trouble? {
        guard status.unreferencedBodies > Threshold.unreferencedBodies else { return nil }
        return Trouble(
            "bodiesUnreferenced",
            "\(status.unreferencedBodies) texts or files were uploaded and no command names them: a client stops half "
                + "way.",
            type: "kith refusals --counts")
    }
}
