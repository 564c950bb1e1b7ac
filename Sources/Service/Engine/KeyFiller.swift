internal import EventLog
internal import KeyVault

/// Keeps slots of the vault filled ahead, on a thread of its own: a block takes tens of milliseconds, for which nobody's
/// command is to wait.
final class KeyFiller: Sendable {
    private struct State {
        var isWanted = false
        var isClosed = false
    }

    private let vault: KeyVault
    private let state: Monitor<State>
    private let thread: DedicatedThread

    /// Starts the thread.
    ///
    /// - Throws: where the system gives no more threads.
    init(vault: KeyVault) throws(EventLogError) {
        let state = Monitor(State())
        self.vault = vault
        self.state = state
        thread = try DedicatedThread(named: "kith-keys") { Self.run(vault, state) }
    }

    /// Has slots filled where few are free.
    func look() {
        guard vault.needsFilling else { return }
        state.withLockNotifying { $0.isWanted = true }
    }

    /// Ends the thread once what it does is done. Call it once.
    func close() {
        state.withLockNotifying { $0.isClosed = true }
        thread.join()
    }

    private static func run(_ vault: KeyVault, _ state: Monitor<State>) {
        while wait(state) {
            do throws(VaultError) { try vault.fillAhead() } catch {
                // It comes back with the first reservation that finds no slot free, which fills some itself.
                continue
            }
        }
    }

    /// Waits until slots are to be filled; false at the end.
    private static func wait(_ state: Monitor<State>) -> Bool {
        state.wait { state in
            if state.isClosed { return false }
            defer { state.isWanted = false }
            return state.isWanted ? true : nil
        }
    }
}
