/** What the runner uses of the STS SDK; named exports, so that the bundle leaves the rest out. */
export { STSClient, AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
