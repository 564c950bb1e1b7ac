internal import FoundationEssentials
package import Schema

extension VerifyProgress {
    /// How far a verification is.
    ///
    /// - Parameter begun: when it was begun.
    package init(_ outcome: LogVerification.Outcome, since begun: ContinuousClock.Instant) {
        self.init()
        let duration = begun.duration(to: .now).components
        position = outcome.position.rawValue
        target = outcome.target.rawValue
        bytes = UInt64(outcome.bytes)
        seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        bytesPerSecond = seconds > 0 ? Double(outcome.bytes) / seconds : 0
        streams = outcome.streams
        commands = outcome.commands
        indexPosition = outcome.indexPosition.rawValue
    }

    /// What a verification came to.
    package init(last outcome: LogVerification.Outcome, since begun: ContinuousClock.Instant) {
        self.init(outcome, since: begun)
        done = true
        root = Data(outcome.root.bytes)
        if let found = outcome.damage { damage = found }
    }
}
