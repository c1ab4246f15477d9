/** What the runner uses of the IAM SDK; named exports, so that the bundle leaves the rest out. */
export { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
