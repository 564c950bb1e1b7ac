/// The daemon was started in a way that cannot be meant: a sentence that says what is wrong and what to do.
struct WrongUse: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ sentence: String) { description = sentence }
}
