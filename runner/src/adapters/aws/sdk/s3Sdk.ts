/** What the runner uses of the S3 SDK; named exports, so that the bundle leaves the rest out. */
export {
  S3Client,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
