/// Who reads in pieces, and who waits for that.
struct LongReads {
    fileprivate var isReading = false
    /// Those whose turn comes, first come, first served.
    fileprivate var waiting: [CheckedContinuation<Void, Never>] = []
    /// The loop that folds events.
    fileprivate var loop: CheckedContinuation<Void, Never>?
}

extension ProjectionRunner {
    /// Waits until nobody reads in pieces. For the loop that folds.
    func longReadEnds() async {
        while longReads.isReading { await withCheckedContinuation { longReads.loop = $0 } }
    }

    /// Waits for the turn to read in pieces.
    func beginLongRead() async {
        var wasWoken = false
        while longReads.isReading || !wasWoken && !longReads.waiting.isEmpty {
            await withCheckedContinuation { continuation in
                // Whoever was woken, and found that somebody had come in between, is the next.
                if wasWoken {
                    longReads.waiting.insert(continuation, at: 0)
                } else {
                    longReads.waiting.append(continuation)
                }
            }
            wasWoken = true
        }
        longReads.isReading = true
    }

    /// Lets the loop fold, and then the next one read.
    func endLongRead() {
        longReads.isReading = false
        longReads.loop?.resume()
        longReads.loop = nil
        if !longReads.waiting.isEmpty { longReads.waiting.removeFirst().resume() }
    }
}
