/** What the runner uses of the ECR SDK; named exports, so that the bundle leaves the rest out. */
export {
  DescribeImagesCommand,
  BatchDeleteImageCommand,
  DescribeImageScanFindingsCommand,
  StartImageScanCommand,
  BatchGetImageCommand,
  ECRClient,
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
