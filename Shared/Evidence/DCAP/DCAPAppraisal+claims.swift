/// What a quote says, by name.
extension DCAPAppraisal {
  func claim(_ quote: Quote, in sheet: inout Worksheet) {
    sheet.claim("version", String(quote.version))
    switch quote.body {
    case .enclave(let report):
      sheet.claim("mr_enclave", report.mrEnclave)
      sheet.claim("mr_signer", report.mrSigner)
      sheet.claim("isv_prod_id", String(report.isvProductID))
      sheet.claim("isv_svn", String(report.isvSVN))
      sheet.claim("attributes", report.attributes)
      sheet.claim("cpu_svn", report.cpuSVN)
    case .domain(let report):
      sheet.claim("mr_td", report.mrTD)
      for (index, value) in report.rtmrs.enumerated() { sheet.claim("rtmr\(index)", value) }
      sheet.claim("mr_config_id", report.mrConfigID)
      sheet.claim("mr_owner", report.mrOwner)
      sheet.claim("mr_owner_config", report.mrOwnerConfig)
      sheet.claim("mr_seam", report.mrSEAM)
      sheet.claim("td_attributes", report.attributes)
      sheet.claim("xfam", report.xfam)
      sheet.claim("tee_tcb_svn", report.teeTCBSVN)
      if let value = report.teeTCBSVN2 { sheet.claim("tee_tcb_svn2", value) }
      if let value = report.mrServiceTD { sheet.claim("mr_service_td", value) }
    }
    sheet.claim("report_data", quote.reportData)
  }
}
