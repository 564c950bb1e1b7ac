/// One thing that can be asked for over HTTP.
package struct Route: Sendable, Hashable {
    /// What a route leads to.
    enum Target: Sendable, Hashable {
        case commands
        case query(String)
        case history
        case rebuild, verify, backup
        case record, records, customer, events, status
        case putBody, getBody
        case metrics
        case probe(HealthProbe)
    }

    /// The method, in capitals.
    package let method: String
    /// The path; `{name}` stands for any one segment.
    package let path: String
    let target: Target

    /// Every route, those of queries in the order of `NamedQuery.all`.
    package static let all: [Route] =
        [Route("POST", "/v1/commands", .commands)]
        + NamedQuery.all.flatMap { query in
            ["GET", "POST"].map { Route($0, "/v1/queries/\(query.name)", .query(query.name)) }
        }
        + ["GET", "POST"].map { Route($0, "/v1/queries/history", .history) }
        + [
            Route("GET", "/v1/records/{kind}", .records),
            Route("GET", "/v1/records/{kind}/{reference}", .record),
            Route("GET", "/v1/customers/{reference}", .customer),
            Route("GET", "/v1/events", .events),
            Route("GET", "/v1/status", .status),
            Route("POST", "/v1/operations/rebuild", .rebuild),
            Route("POST", "/v1/operations/verify", .verify),
            Route("POST", "/v1/operations/backup", .backup),
            Route("POST", "/v1/bodies", .putBody),
            Route("PUT", "/v1/bodies/{item}", .putBody),
            Route("GET", "/v1/bodies/{item}", .getBody),
            Route("GET", "/metrics", .metrics),
        ]
        + HealthProbe.allCases.map { Route("GET", "/\($0.rawValue)", .probe($0)) }

    private init(_ method: String, _ path: String, _ target: Target) {
        self.method = method
        self.path = path
        self.target = target
    }

    /// The routes whose path this is, whatever their method.
    static func matching(_ segments: [String]) -> [Route] {
        all.filter { route in
            let pattern = route.path.dropFirst().split(separator: "/")
            return pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0.hasPrefix("{") ? !$1.isEmpty : $0 == $1 }
        }
    }
}
