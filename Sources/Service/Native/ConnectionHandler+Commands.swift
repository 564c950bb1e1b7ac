internal import CRM
internal import NIOCore
internal import Schema

/// How frames of commands are handed on, piece by piece.
extension ConnectionHandler {
    /// Takes a frame in hand.
    ///
    /// - Throws: where its id is one that no request may have now.
    func take(_ frame: CommandFrame) throws(Refusal) {
        try requireFree(frame.id)
        let most = NativeLimits.maximumFrameCommands
        guard frame.count <= most else {
            return refuse(
                frame.id,
                Refusal(
                    .limitExceeded, "A frame has at most \(most) commands. Send less at once.", field: "commands"))
        }
        if frame.isDecoded { begin(frame) } else { self.frame = frame }
    }

    /// Takes the next step with the frame in hand.
    ///
    /// - Returns: false where it has to wait until some of the commands before are answered.
    /// - Throws: where the frame cannot be read: the connection is closed then, and nothing of the frame was handed on.
    func advanceFrame() throws(Refusal) -> Bool {
        guard var frame else { return false }
        // Before a step, so that the value is not copied by it.
        self.frame = nil
        if !frame.isDecoded {
            try decoder.decodeStep(&frame)
            if frame.isDecoded { begin(frame) } else { self.frame = frame }
            return true
        }
        guard submissions.commands < window else {
            self.frame = frame
            return false
        }
        submitStep(of: &frame)
        if !frame.isSubmitted { self.frame = frame }
        return true
    }

    /// How many commands may be without an answer. While the service stops, what was begun is not held back.
    private var window: Int {
        phase.takesRequests ? min(services.limits.openCommands, services.backend.commandWindow) : .max
    }

    /// Opens the request of a frame whose commands are all decoded.
    private func begin(_ frame: CommandFrame) {
        guard !frame.isSubmitted else {
            return refuse(frame.id, Refusal(.schemaInvalid, "The request holds no commands.", field: "commands"))
        }
        requests.add(frame.id, .commands, bytes: frame.bytes)
        submissions.open(frame.id)
        self.frame = frame
    }

    /// Hands on the next commands. Each is decided on its own: one that is not understood does not hold up the others
    /// of its frame.
    private func submitStep(of frame: inout CommandFrame) {
        guard let output else { return }
        let (commands, bytes) = frame.submitStep()
        var sound: [Command] = []
        sound.reserveCapacity(commands.count)
        var refused: [Int: CommandResult] = [:]
        for (index, command) in commands.enumerated() {
            guard let defect = MessageForm.defect(in: command) else {
                sound.append(command)
                continue
            }
            var result = CommandResult()
            result.commandID = command.id
            result.refused = Refusal(defect).answer
            refused[index] = result
        }
        let tag = submissions.add(
            to: frame.id, commands: commands.count, refused: refused, isLast: frame.isSubmitted)
        if sound.isEmpty {
            // The same way as every other answer, so that it cannot overtake one of an earlier request.
            output.deliver([SubmitReply(tag: tag, results: [], reflects: services.backend.reflects)])
        } else {
            services.backend.submit(sound, bytes: bytes, from: caller, to: output, tag: tag)
        }
    }

    /// Takes the results of a piece, and answers its request where it was the last one.
    func settle(_ reply: SubmitReply) {
        guard let complete = submissions.settle(reply), case .commands? = requests.remove(complete.id) else { return }
        var frame = ByteBuffer()
        FrameEncoder.append(complete, to: &frame)
        write(frame)
    }
}
