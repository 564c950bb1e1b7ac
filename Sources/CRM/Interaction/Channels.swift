internal import Schema

/// The channels on which contacts take place.
enum Channels {
    /// Those that are known everywhere.
    static let common: Set<String> = [
        "f2f", "phone", "email", "web", "fax", "post", "wap", "pda", "sms", "wechat", "social", "app", "site",
        "newspaper", "tv", "mall", "referral",
    ]

    /// Refuses a channel that is neither known everywhere nor one of the organisation's own.
    ///
    /// - Throws: CHANNEL_UNKNOWN.
    static func require(_ channel: String, _ context: DecisionContext, field: String) throws(Refusal) {
        if common.contains(channel) { return }
        if let number = try context.world.singleton(.organisation),
            let state = try context.world.state(OrganisationAggregate.self, of: number),
            state.channels.contains(where: { $0.code.isIdentical(to: channel) })
        {
            return
        }
        throw Refusal(
            .channelUnknown, "The channel is not known. Use another one, or add it to the organisation's channels.",
            field: field)
    }
}
