public import Hummingbird

extension ServiceHost {
  /// The routes of `service` behind the middleware that every service has. Tests use it without a process:
  /// `Application(router: ServiceHost.router(service, token: "...")).test(.router) { ... }`.
  public static func router(
    _ service: some HostedService, token: String, metrics: MetricsRegistry = MetricsRegistry()
  ) -> Router<ServiceRequestContext> {
    let router = Router(context: ServiceRequestContext.self)
    router.addMiddleware {
      RequestIdentityMiddleware()
      RequestMetricsMiddleware(factory: metrics)
    }
    HealthRoutes(readiness: Readiness(service.readinessChecks), metrics: metrics).add(to: router)
    let rpc = router.group().add(middleware: BearerAuthMiddleware(token: token))
    service.addRoutes(to: ServiceRoutes(open: router, rpc: rpc))
    return router
  }
}
