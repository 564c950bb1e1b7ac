internal import Schema
internal import SwiftProtobuf

/// The service desk of demo data: who answers tickets, when, and by when they promise to.
struct DemoService: Sendable {
    static let agents = ["Ewa Lis", "周婷", "Kofi Mensah", "Lucía Ortega"]
    /// Those that starter packs know, too.
    static let resolutionCodes = ["solved", "answered", "workaround"]

    /// The commands that make queue, agents, calendar and service levels known.
    static var setUp: [CommandBody] {
        var bodies: [CommandBody] = [
            .with {
                $0.defineTeam.name = "Service"
                $0.defineTeam.external = [key("T-service")]
            }
        ]
        for (index, name) in agents.enumerated() {
            bodies.append(
                .with {
                    $0.hireEmployee.name.display = name
                    $0.hireEmployee.external = [key("S-\(index + 1)")]
                    $0.hireEmployee.roles = ["service"]
                    $0.hireEmployee.teams = [reference("T-service")]
                })
        }
        bodies.append(
            .with {
                $0.defineQueue.external = [key("helpdesk")]
                $0.defineQueue.label = "Help desk"
                $0.defineQueue.teams = [reference("T-service")]
            })
        bodies.append(.with { $0.defineCalendar = calendar })
        return bodies + [
            level("urgent", "Urgent", order: 901, priorities: ["urgent", "high"], firstHours: 1, solvedHours: 8),
            level("usual", "Usual", order: 902, priorities: [], firstHours: 4, solvedHours: 18),
        ]
    }

    /// The queue of all tickets of the demo.
    static var queue: Reference { reference("helpdesk") }

    /// One of the agents, from 0.
    static func agent(_ number: Int) -> Reference { reference("S-\(number + 1)") }

    static func key(_ text: String) -> ExternalKey {
        .with {
            $0.system = DemoParties.system
            $0.key = text
        }
    }

    static func reference(_ text: String) -> Reference { .with { $0.external = key(text) } }

    private static var calendar: DefineCalendar {
        .with {
            $0.external = [key("service-hours")]
            $0.content.label = "Service hours"
            $0.content.zone = "UTC"
            $0.content.weekdays = (1...5).map { weekday in
                .with {
                    $0.weekday = UInt32(weekday)
                    $0.intervals = [
                        .with {
                            $0.start = "09:00"
                            $0.end = "18:00"
                        }
                    ]
                }
            }
        }
    }

    private static func level(
        _ own: String, _ label: String, order: UInt32, priorities: [String], firstHours: UInt64, solvedHours: UInt64
    ) -> CommandBody {
        .with {
            $0.defineSlaPolicy.external = [key("level-\(own)")]
            $0.defineSlaPolicy.content.label = label
            $0.defineSlaPolicy.content.order = order
            $0.defineSlaPolicy.content.match.priorities = priorities
            $0.defineSlaPolicy.content.match.queues = [queue]
            $0.defineSlaPolicy.content.calendar = reference("service-hours")
            $0.defineSlaPolicy.content.targets = [
                target(.firstResponse, firstHours), target(.nextResponse, firstHours),
                target(.resolution, solvedHours),
            ]
        }
    }

    private static func target(_ kind: SlaClockKind, _ hours: UInt64) -> SlaTarget {
        .with {
            $0.clock = kind
            $0.seconds = hours * 3_600
        }
    }
}
