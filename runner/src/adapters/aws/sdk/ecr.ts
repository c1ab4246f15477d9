/** What the runner uses of the ECR SDK; named exports, so that the bundle leaves the rest out. */
export {
  ECRClient,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
