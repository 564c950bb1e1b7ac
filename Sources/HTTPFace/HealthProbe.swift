internal import HTTPTypes
internal import HummingbirdCore
internal import Service

/// The questions of whoever starts and stops the service, by the names that Kubernetes has for them. They need no
/// token and get no data.
enum HealthProbe: String, Sendable, CaseIterable {
    /// Whether the process is worth keeping.
    case livez
    /// Whether work should be sent to it.
    case readyz

    /// The probe that a request is, if it is one.
    init?(_ request: HummingbirdCore.Request) {
        let path = (request.head.path ?? "").prefix { $0 != "?" }
        guard request.method == .get, path.first == "/", let probe = HealthProbe(rawValue: String(path.dropFirst()))
        else { return nil }
        self = probe
    }

    /// 200, or 503 with the reason in a word.
    func answer(_ health: ServiceHealth) -> HTTPAnswer {
        let trouble = trouble(health)
        return .text(
            (trouble ?? "ok") + "\n", status: trouble == nil ? .ok : .serviceUnavailable,
            type: "text/plain; charset=utf-8")
    }

    private func trouble(_ health: ServiceHealth) -> String? {
        if !health.isAlive() { return "stuck" }
        guard self == .readyz else { return nil }
        if health.isStopping { return "stopping" }
        return health.readOnlyReason.isEmpty ? nil : "read-only"
    }
}
