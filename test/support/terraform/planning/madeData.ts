import { identified, idOf, text, type Maker } from './maker.js';
import type { Names } from './account.js';
import type { Values } from './values.js';

const ports: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

/** The database's addresses are of its identifier, which can change. */
const database: Maker = (values, names) => {
  const name = text(values.identifier) || `terraform-${names.hex(26)}`;
  const resource = `db-${names.hex(26).toUpperCase()}`;
  const address = `${name}.${names.hex(12)}.${names.account.region}.rds.amazonaws.com`;
  const port = ports[text(values.engine)] ?? 5432;
  return {
    id: resource,
    identifier: name,
    resource_id: resource,
    arn: names.arn('rds', `db:${name}`),
    address,
    endpoint: `${address}:${port}`,
    port,
    hosted_zone_id: 'Z29XKXDKYMONMX',
    status: 'available',
    engine_version_actual: text(values.engine_version),
    availability_zone: `${names.account.region}a`,
    backup_window: '02:00-02:30',
    maintenance_window: 'mon:03:00-mon:03:30',
    ca_cert_identifier: 'rds-ca-rsa2048-g1',
    license_model: 'general-public-license',
    option_group_name: `default:${text(values.engine)}`,
    parameter_group_name: `default.${text(values.engine)}`,
    kms_key_id: names.arn('kms', `key/${names.uuid()}`),
    master_user_secret_kms_key_id: names.arn('kms', `key/${names.uuid()}`),
    performance_insights_kms_key_id: names.arn('kms', `key/${names.uuid()}`),
    master_user_secret: [
      {
        secret_arn: names.arn('secretsmanager', `secret:rds!${resource.toLowerCase()}-${names.hex(6)}`),
        secret_status: 'active',
        kms_key_id: names.arn('kms', `key/${names.uuid()}`),
      },
    ],
  };
};

const named =
  (service: string, resource: (name: string) => string): Maker =>
  (values, names) => {
    const name = text(values.name);
    return { id: name, name, arn: names.arn(service, resource(name)) };
  };

const ofBucket = idOf('bucket');

function mountTarget(values: Values, names: Names): Values {
  const system = text(values.file_system_id);
  return {
    id: names.id('fsmt'),
    dns_name: `${system}.efs.${names.account.region}.amazonaws.com`,
    file_system_arn: names.arn('elasticfilesystem', `file-system/${system}`),
    network_interface_id: names.id('eni'),
    ip_address: '10.0.2.9',
    availability_zone_name: `${names.account.region}a`,
  };
}

/** What keeps data: databases, files, objects, keys, secrets, parameters. */
export const madeData: Readonly<Record<string, Maker>> = {
  aws_db_instance: database,
  aws_db_parameter_group: named('rds', (name) => `pg:${name}`),
  aws_db_subnet_group: named('rds', (name) => `subgrp:${name}`),
  aws_efs_file_system: (_values, names) => {
    const id = names.id('fs');
    return {
      id,
      arn: names.arn('elasticfilesystem', `file-system/${id}`),
      dns_name: `${id}.efs.${names.account.region}.amazonaws.com`,
      creation_token: `terraform-${names.hex(26)}`,
      kms_key_id: names.arn('kms', `key/${names.uuid()}`),
      performance_mode: 'generalPurpose',
    };
  },
  aws_efs_access_point: (values, names) => {
    const id = names.id('fsap');
    return {
      id,
      arn: names.arn('elasticfilesystem', `access-point/${id}`),
      file_system_arn: names.arn('elasticfilesystem', `file-system/${text(values.file_system_id)}`),
    };
  },
  aws_efs_mount_target: mountTarget,
  aws_efs_backup_policy: idOf('file_system_id'),
  aws_efs_file_system_policy: idOf('file_system_id'),
  aws_s3_bucket: (values, names) => {
    const name = text(values.bucket) || `${text(values.bucket_prefix) || 'terraform-'}${names.hex(26)}`;
    return {
      id: name,
      bucket: name,
      arn: `arn:aws:s3:::${name}`,
      bucket_domain_name: `${name}.s3.amazonaws.com`,
      bucket_regional_domain_name: `${name}.s3.${names.account.region}.amazonaws.com`,
      hosted_zone_id: 'Z1BKCTXD74EZPE',
      region: names.account.region,
      request_payer: 'BucketOwner',
    };
  },
  aws_s3_bucket_lifecycle_configuration: ofBucket,
  aws_s3_bucket_logging: ofBucket,
  aws_s3_bucket_object_lock_configuration: ofBucket,
  aws_s3_bucket_ownership_controls: ofBucket,
  aws_s3_bucket_policy: ofBucket,
  aws_s3_bucket_public_access_block: ofBucket,
  aws_s3_bucket_server_side_encryption_configuration: ofBucket,
  aws_s3_bucket_versioning: ofBucket,
  aws_kms_key: (_values, names) => {
    const id = names.uuid();
    return { id, key_id: id, arn: names.arn('kms', `key/${id}`), multi_region: false, policy: '{}' };
  },
  aws_kms_alias: (values, names) => ({
    id: text(values.name),
    arn: names.arn('kms', text(values.name)),
    target_key_arn: names.arn('kms', `key/${text(values.target_key_id)}`),
  }),
  aws_secretsmanager_secret: (values, names) =>
    identified(names.arn('secretsmanager', `secret:${text(values.name)}-${names.hex(6)}`)),
  aws_secretsmanager_secret_policy: idOf('secret_arn'),
  aws_secretsmanager_secret_rotation: (values) => ({ id: text(values.secret_id), rotation_enabled: true }),
  aws_ssm_parameter: (values, names) => ({
    id: text(values.name),
    arn: names.arn('ssm', `parameter/${text(values.name).replace(/^\//, '')}`),
    version: 1,
    tier: 'Standard',
    data_type: 'text',
  }),
  aws_ssm_document: (values, names) => ({
    id: text(values.name),
    arn: names.arn('ssm', `automation-definition/${text(values.name)}`),
    default_version: '1',
    document_version: '1',
    latest_version: '1',
    schema_version: '0.3',
    status: 'Active',
    owner: names.account.id,
  }),
};
