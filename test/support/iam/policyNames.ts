import type { PolicyNames } from '../../../runner/src/iam/rules/resourceNames.js';

const place = { region: 'eu-west-1', account: '111111111111' };
/** Names of a deployment that has everything. */
export const names: PolicyNames = {
  place,
  services: [{ cluster: 'main', service: 'shop-web' }],
  families: ['shop-web'],
  roles: ['shop-task', 'shop-execution'],
  logGroups: ['/shop/web'],
  repositories: ['shop/web'],
  targetGroups: ['legacy'],
  resources: {
    'listener-rule': ['arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/main/1a/2b/3c'],
    'schedule-rule': ['shop-nightly'],
    'schedule-role': ['shop-schedule'],
    'balancing-role': ['arn:aws:iam::111111111111:role/shop-balancing'],
    'instance-role': ['shop-instance'],
    'db-instance': ['orders'],
    'db-cluster': ['ledger'],
  },
  snapshots: ['shop-staging-*'],
  distributions: ['E1A2B3C4D5E6F7'],
  parameters: ['/shop/vault'],
  userSecrets: ['shop/database'],
  secrets: ['slack'],
  owner: { application: 'shop', environment: 'staging' },
  artifacts: [{ bucket: 'acme-artifacts', prefix: 'artifacts/shop' }],
  state: [{ bucket: 'acme-delivery', prefix: 'ci/shop' }],
  upstream: [{ bucket: 'acme-delivery', prefix: 'ci/auth' }],
  ledger: [{ bucket: 'acme-delivery', prefix: 'ci/_ownership' }],
  backend: [{ bucket: 'acme-tf', key: 'env:/staging/shop', lockFile: true, table: 'locks', kmsKey: 'k' }],
};
