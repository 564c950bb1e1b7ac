internal import FoundationEssentials
package import Schema

/// What an import's events do to the index: its file names it from the start on, and it holds the timers
/// of the streams that it creates until it is complete.
package enum ImportEffects {
    /// The effects of an event on an import's stream.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .importStarted(let started):
            [.link(.import, ExternalKey(importOf: started.fileHash)), .importOpened, .claim(.openImports, 1)]
        case .importCommitted: [.importClosed, .claim(.openImports, -1)]
        default: []
        }
    }
}

extension ExternalKey {
    /// The key under which the import of a file is found.
    init(importOf fileHash: Data) {
        self.init(system: ReservedSystem.importFile, key: Self.hexadecimal(fileHash))
    }

    private static func hexadecimal(_ bytes: Data) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
