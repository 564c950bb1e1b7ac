package import Logging
package import ServiceLifecycle

/// Opens the data directory and everything behind the sockets.
///
/// - Throws: where the directory cannot be opened; the error's description says what to do.
package func makeBackend(
    configuration: ServiceConfiguration, logger: Logger
) async throws -> any (ServiceBackend & ServiceLifecycle.Service) {
    throw NativeServerError(.system, "This build holds no engine.")
}
