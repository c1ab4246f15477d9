/** What the runner uses of the CloudFront SDK; named exports, so that the bundle leaves the rest out. */
export { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
