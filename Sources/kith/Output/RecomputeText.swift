internal import Schema

/// What computing the consequences anew has given, for a person.
enum RecomputeText {
    static func lines(_ response: RecomputeResponse) -> [String] {
        var fields = FieldList()
        fields.add("position", "\(response.position)")
        fields.add("facts", "\(response.facts)")
        fields.add("consequences", "\(response.consequences)")
        fields.add("of timers", "\(response.timed)")
        fields.add("seconds", MoneyText.decimal(Int64(response.seconds * 1_000), scale: 3))
        guard !response.divergences.isEmpty else {
            return fields.lines + ["The log holds what follows from its facts."]
        }
        var table = Table([("position", .right), ("differs", .left), ("computed", .left), ("in the log", .left)])
        for divergence in response.divergences {
            table.add([
                "\(divergence.position)", divergence.what, kind(divergence.computed), kind(divergence.recorded),
            ])
        }
        return fields.lines + ["", "The log does not hold what follows from its facts:"] + table.lines
    }

    private static func kind(_ kind: EventKind) -> String { kind == .unspecified ? "-" : Labels.of(kind) }
}
