package import MetricsExposition

/// Every metric of the service. `docs/metrics.md` says what each is good for.
package enum MetricCatalogue {
    // MARK: The way of a command

    static let commits = MetricDefinition(
        "kith_commit_seconds", .histogram(bounds: MetricDefinition.durations),
        "Time that a group of events took to become durable.")
    static let groupEvents = MetricDefinition(
        "kith_group_events", .histogram(bounds: MetricDefinition.counts), "Events that became durable together.")
    static let commands = MetricDefinition(
        "kith_commands_total", .counter, "Commands that were answered, by outcome.", labels: ["outcome"])
    static let refusals = MetricDefinition(
        "kith_refusals_total", .counter, "Commands and queries that were refused, by code.", labels: ["code", "of"])
    static let commandsWaiting = MetricDefinition(
        "kith_commands_waiting", .gauge, "Commands that wait for the sequencer.")
    static let refusalsWaiting = MetricDefinition(
        "kith_refusals_waiting", .gauge, "Refusals that wait to be written into their journal.")
    static let refusalsLost = MetricDefinition(
        "kith_refusals_lost", .gauge, "Refusals since the start that were not written into their journal.")
    static let readOnly = MetricDefinition(
        "kith_read_only", .gauge, "1 where no commands are taken, for want of space or until a new start, else 0.")
    static let timersParked = MetricDefinition(
        "kith_timers_parked", .gauge, "Timers since the start that could not be fired.")

    // MARK: The log and what is derived from it

    static let position = MetricDefinition("kith_log_position", .gauge, "Position of the last durable event.")
    static let indexPosition = MetricDefinition(
        "kith_index_position", .gauge, "Position of the last event that is in the index on disk.")
    static let indexChanges = MetricDefinition(
        "kith_index_changes_waiting", .gauge, "Changes of the index that wait to be written.")
    static let projectionPosition = MetricDefinition(
        "kith_projection_position", .gauge, "Position of the last event that a projection has applied.",
        labels: ["projection"])
    static let projectionLagEvents = MetricDefinition(
        "kith_projection_lag_events", .gauge, "Events by which a projection is behind the log.",
        labels: ["projection"])
    static let projectionLagSeconds = MetricDefinition(
        "kith_projection_lag_seconds", .gauge, "Time by which a projection is behind the log.",
        labels: ["projection"])
    static let projectionState = MetricDefinition(
        "kith_projection_state", .gauge, "1 for the state that a projection is in, 0 for the others.",
        labels: ["projection", "state"])

    // MARK: Disk

    static let logUsed = MetricDefinition("kith_log_used_bytes", .gauge, "Content of the log.")
    static let logFile = MetricDefinition(
        "kith_log_file_bytes", .gauge, "File of the log: its content and the zeros that it is kept ahead.")
    static let logMap = MetricDefinition(
        "kith_log_map_bytes", .gauge, "Largest size that the file of the log may have at present.")
    static let logReaders = MetricDefinition("kith_log_readers", .gauge, "Read transactions that are open on the log.")
    static let logReadersMaximum = MetricDefinition(
        "kith_log_readers_maximum", .gauge, "Read transactions that may be open on the log.")
    static let diskFree = MetricDefinition(
        "kith_disk_free_bytes", .gauge, "What the file system of the log has left for the service.")
    static let storeBytes = MetricDefinition(
        "kith_store_bytes", .gauge, "Files of a part of the data directory.", labels: ["part"])
    static let bodies = MetricDefinition("kith_bodies", .gauge, "Items of the content store.")
    static let bodiesUnreferenced = MetricDefinition(
        "kith_bodies_unreferenced", .gauge, "Items of the content store that no event refers to yet.")

    // MARK: Faces

    static let connections = MetricDefinition(
        "kith_connections", .gauge, "Open connections, by face.", labels: ["face"])
    static let connectionsRefused = MetricDefinition(
        "kith_connections_refused_total", .counter, "Connections for which there was no room, by face.",
        labels: ["face"])
    package static let httpRequests = MetricDefinition(
        "kith_http_requests_total", .counter, "Requests over HTTP, by method and status.", labels: ["method", "status"])
    package static let httpDurations = MetricDefinition(
        "kith_http_request_seconds", .histogram(bounds: MetricDefinition.durations),
        "Time from the head of a request over HTTP to the end of its answer; streams are left out.")

    // MARK: The process

    static let build = MetricDefinition("kith_build_info", .gauge, "1, with the version.", labels: ["version"])
    static let residentMemory = MetricDefinition(
        "process_resident_memory_bytes", .gauge, "Memory of the process that is in RAM.")
    static let virtualMemory = MetricDefinition(
        "process_virtual_memory_bytes", .gauge, "Address space of the process, with the maps of its stores.")
    static let descriptors = MetricDefinition("process_open_fds", .gauge, "Open file descriptors.")
    static let descriptorsMaximum = MetricDefinition(
        "process_max_fds", .gauge, "File descriptors that the process may have open.")
    static let processorTime = MetricDefinition(
        "process_cpu_seconds_total", .counter, "Processor time of the process, its own and the system's for it.")
    static let startTime = MetricDefinition(
        "process_start_time_seconds", .gauge, "When the service was started, in seconds since 1970.")

    /// All of them, in the order of `docs/metrics.md`.
    package static let all = [
        commits, groupEvents, commands, refusals, commandsWaiting, refusalsWaiting, refusalsLost, readOnly,
        timersParked, position, indexPosition, indexChanges, projectionPosition, projectionLagEvents,
        projectionLagSeconds, projectionState, logUsed, logFile, logMap, logReaders, logReadersMaximum, diskFree,
        storeBytes, bodies, bodiesUnreferenced, connections, connectionsRefused, httpRequests, httpDurations, build,
        residentMemory, virtualMemory, descriptors, descriptorsMaximum, processorTime, startTime,
    ]
}
