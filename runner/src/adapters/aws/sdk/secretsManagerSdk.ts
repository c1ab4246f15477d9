/** What the runner uses of the Secrets Manager SDK; named exports, so that the bundle leaves the rest out. */
export {
  SecretsManagerClient,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
