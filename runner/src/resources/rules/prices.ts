/**
 * What an hour costs in US dollars: list prices of us-east-1, on demand, Linux, one availability zone. They are for an
 * estimate: other regions cost up to about a third more, and savings plans less.
 * Sources: https://aws.amazon.com/ec2/pricing/on-demand/, https://aws.amazon.com/rds/mysql/pricing/ (MariaDB is the same,
 * PostgreSQL a little more), https://aws.amazon.com/fargate/pricing/
 */
export const PRICES_OF = 'list prices of us-east-1 on demand, June 2026';

export const instancePrices: Readonly<Record<string, number>> = {
  't2.micro': 0.0116,
  't2.small': 0.023,
  't2.medium': 0.0464,
  't2.large': 0.0928,
  't3.nano': 0.0052,
  't3.micro': 0.0104,
  't3.small': 0.0208,
  't3.medium': 0.0416,
  't3.large': 0.0832,
  't3.xlarge': 0.1664,
  't3.2xlarge': 0.3328,
  't3a.micro': 0.0094,
  't3a.small': 0.0188,
  't3a.medium': 0.0376,
  't3a.large': 0.0752,
  't4g.nano': 0.0042,
  't4g.micro': 0.0084,
  't4g.small': 0.0168,
  't4g.medium': 0.0336,
  't4g.large': 0.0672,
  't4g.xlarge': 0.1344,
  'm5.large': 0.096,
  'm5.xlarge': 0.192,
  'm5.2xlarge': 0.384,
  'm6i.large': 0.096,
  'm6i.xlarge': 0.192,
  'm6g.large': 0.077,
  'm6g.xlarge': 0.154,
  'm7i.large': 0.1008,
  'm7i.xlarge': 0.2016,
  'm7g.large': 0.0816,
  'm7g.xlarge': 0.1632,
  'c5.large': 0.085,
  'c5.xlarge': 0.17,
  'c6i.large': 0.085,
  'c6i.xlarge': 0.17,
  'c6g.large': 0.068,
  'c7g.large': 0.0725,
  'r5.large': 0.126,
  'r6i.large': 0.126,
  'r6g.large': 0.1008,
};

export const databasePrices: Readonly<Record<string, number>> = {
  'db.t3.micro': 0.017,
  'db.t3.small': 0.034,
  'db.t3.medium': 0.068,
  'db.t3.large': 0.136,
  'db.t4g.micro': 0.016,
  'db.t4g.small': 0.032,
  'db.t4g.medium': 0.065,
  'db.t4g.large': 0.129,
  'db.m5.large': 0.171,
  'db.m6g.large': 0.152,
  'db.r5.large': 0.24,
  'db.r6g.large': 0.215,
};

export const fargatePrices = {
  x86: { vcpu: 0.04048, gib: 0.004445 },
  arm: { vcpu: 0.03238, gib: 0.00356 },
} as const;
