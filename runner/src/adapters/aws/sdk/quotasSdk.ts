/** What the runner uses of the Service Quotas SDK; named exports, so that the bundle leaves the rest out. */
export {
  ServiceQuotasClient,
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
} from '@aws-sdk/client-service-quotas';
