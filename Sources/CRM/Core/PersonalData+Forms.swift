package import Schema

extension PersonalData {
    /// The plaintext of a part.
    package init(_ data: OneOf_Data) {
        self.init()
        self.data = data
    }
}
