import ServiceKit
import VerificationService

await ServiceHost.main(VerificationService.self)
