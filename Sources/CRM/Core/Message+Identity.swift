internal import SwiftProtobuf

extension SwiftProtobuf.Message {
    /// Whether both messages are the same byte for byte.
    ///
    /// `==` takes texts that are canonically equivalent for equal (é in one scalar or two); what is stored as it
    /// was sent must not be.
    func isIdentical(to other: Self) -> Bool {
        // A message that cannot be encoded counts as changed, so that nothing that was sent gets lost.
        guard let left: [UInt8] = try? serializedBytes(), let right: [UInt8] = try? other.serializedBytes() else {
            return false
        }
        return left == right
    }
}
