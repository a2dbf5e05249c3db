import ServiceKit
import StorageService

await ServiceHost.main(StorageService.self)
