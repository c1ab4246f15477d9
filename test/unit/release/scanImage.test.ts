import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import type { Invocation } from '../../../runner/src/base/ports.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { requireScans } from '../../../runner/src/release/scanGate.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { fakeAws, sdkError, type Answer, type FakeAws } from '../../support/fakeAws.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';
import { FakeClock } from '../../support/stateRecords.js';

const DIGEST = `sha256:${'1'.repeat(64)}`;
const CHILD = `sha256:${'2'.repeat(64)}`;
const MANIFEST = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] });
const INDEX = JSON.stringify({
  manifests: [
    { digest: DIGEST, platform: { os: 'linux', architecture: 'amd64' } },
    { digest: CHILD, platform: { os: 'linux', architecture: 'arm64' } },
    {
      digest: 'sha256:3',
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    },
  ],
});
const critical = (name: string) => ({
  name,
  severity: 'CRITICAL',
  attributes: [
    { key: 'package_name', value: 'openssl' },
    { key: 'package_version', value: '3.0.1' },
  ],
});
const complete = (findings: readonly object[] = [], more: object = {}) => ({
  imageScanStatus: { status: 'COMPLETE' },
  imageScanFindings: { findings },
  ...more,
});

describe('scanning an image', function () {
  this.timeout(10_000);
  let place: Deployment | undefined;
  let aws: FakeAws;
  let context: Context;
  let clock: FakeClock;
  afterEach(() => place?.remove());

  const open = async (scan: string, answers: Record<string, Answer>, manifest = MANIFEST) => {
    place = await deployment(
      {
        'automation-stack.yml': `application: shop
images: { web: { repository: shop/web, scan: ${scan} } }
environments: { staging: { aws: { region: eu-west-1, account: "111111111111" } } }
`,
      },
      { AUTOMATION_STACK_REGISTRY: undefined },
    );
    aws = fakeAws({
      'ecr:BatchGetImage': () => ({ images: [{ imageManifest: manifest }] }),
      'ecr:GetAuthorizationToken': () => ({
        authorizationData: [{ authorizationToken: Buffer.from('AWS:s3cret').toString('base64') }],
      }),
      ...answers,
    });
    Object.assign(aws, { account: '111111111111' });
    clock = new FakeClock();
    context = { ...place.context, clock, aws: async () => aws };
  };
  /** One answer after the other; the last one stays. */
  const inTurn = (...answers: readonly unknown[]): Answer => {
    let at = 0;
    return () => {
      const answer = answers[Math.min(at++, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    };
  };
  const gate = async (known: object = {}, isForced = false) => {
    const image = { repository: 'shop/web', digest: DIGEST, tags: [], inputs: 'sha256:i', ...known };
    const release = { version: '1.0.0', images: { web: image } } as unknown as ReleaseRecord;
    const environment = await context.environment('staging');
    return requireScans(context, { environment, release, stage: stageOf('deploy', context), isForced });
  };
  const asked = (action: string) => aws.asked.filter((one) => one.action === action);
  const facts = () =>
    place?.events.flatMap((event) => (event.type === 'stage.fact' ? [`${event.name}: ${event.value}`] : []));
  const notices = () => place?.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

  describe('by ECR', () => {
    it('reads all pages, and fails on what no exception accepts', async () => {
      await open('{}', {
        'ecr:DescribeImageScanFindings': ({ nextToken }) =>
          nextToken === undefined
            ? complete([critical('CVE-1')], { nextToken: 'more' })
            : complete([critical('CVE-2')]),
      });
      const error = await rejection(gate(), 'SCAN_FAILED');
      expect(error.message).to.equal('image web has 2 vulnerabilities of critical severity');
      expect(error.evidence).to.deep.equal([
        'CVE-1 critical in openssl 3.0.1',
        'CVE-2 critical in openssl 3.0.1',
      ]);
    });

    it('awaits a scan that goes on', async () => {
      const pending = { imageScanStatus: { status: 'IN_PROGRESS' } };
      await open('{}', { 'ecr:DescribeImageScanFindings': inTurn(pending, pending, complete()) });
      await gate();
      expect(asked('ecr:DescribeImageScanFindings')).to.have.length(3);
      expect(facts()).to.deep.equal(['scan web: no vulnerabilities (ECR)']);
    });

    it('begins a scan where there is none, once', async () => {
      const none = sdkError('ScanNotFoundException');
      await open('{}', {
        'ecr:DescribeImageScanFindings': inTurn(none, none, complete()),
        'ecr:StartImageScan': () => ({}),
      });
      await gate();
      expect(asked('ecr:StartImageScan').map(({ input }) => input)).to.deep.equal([
        { repositoryName: 'shop/web', imageId: { imageDigest: DIGEST } },
      ]);
    });

    it('waits where enhanced scanning begins by itself', async () => {
      await open('{}', {
        'ecr:DescribeImageScanFindings': inTurn(sdkError('ScanNotFoundException'), {
          imageScanStatus: { status: 'ACTIVE' },
          imageScanFindings: {
            enhancedFindings: [
              {
                status: 'SUPPRESSED',
                severity: 'CRITICAL',
                packageVulnerabilityDetails: { vulnerabilityId: 'A' },
              },
              {
                status: 'ACTIVE',
                severity: 'UNTRIAGED',
                packageVulnerabilityDetails: { vulnerabilityId: 'B' },
              },
            ],
          },
        }),
        'ecr:StartImageScan': () => {
          throw sdkError('ValidationException');
        },
      });
      await gate();
      expect(facts()).to.deep.equal(['scan web: 1 unknown (ECR)']);
    });

    it('gives up when its time is over, and says what it waited for', async () => {
      await open('{ timeout: 1m }', {
        'ecr:DescribeImageScanFindings': () => ({ imageScanStatus: { status: 'PENDING' } }),
      });
      const begun = clock.now().getTime();
      const error = await rejection(gate(), 'SCAN_FAILED');
      expect(clock.now().getTime() - begun).to.equal(60_000);
      expect(error.evidence).to.deep.equal(['no result within 1m; last: PENDING']);
    });

    it('fails for an image that is not supported, and passes it where it is told to', async () => {
      const unsupported = {
        imageScanStatus: {
          status: 'FAILED',
          description: 'UnsupportedImageError: The operating system is not supported.',
        },
      };
      await open('{}', { 'ecr:DescribeImageScanFindings': () => unsupported });
      expect((await rejection(gate(), 'SCAN_FAILED')).message).to.match(
        /was not scanned: UnsupportedImageError/,
      );
      place?.remove();
      await open('{ unsupported: pass }', { 'ecr:DescribeImageScanFindings': () => unsupported });
      await gate();
      expect(notices()?.join()).to.contain('not scanned: UnsupportedImageError');
    });

    it('scans every platform of an index, and no attestation', async () => {
      await open('{}', { 'ecr:DescribeImageScanFindings': () => complete() }, INDEX);
      await gate();
      const digests = asked('ecr:DescribeImageScanFindings').map(({ input }) => input['imageId']);
      expect(digests).to.deep.equal([{ imageDigest: DIGEST }, { imageDigest: CHILD }]);
    });
  });

  describe('by Trivy', () => {
    let ran: Invocation[];
    const trivy = async (scan: string, stdout: string, exitCode = 0) => {
      await open(scan, {});
      ran = [];
      const run = async (invocation: Invocation) => {
        ran.push(invocation);
        return { exitCode, stdout, tail: ['FATAL no database'] };
      };
      context = { ...context, processes: { run } };
    };
    const report = (vulnerabilities: readonly object[]) =>
      JSON.stringify({
        SchemaVersion: 2,
        Results: [{ Target: 'debian', Class: 'os-pkgs', Vulnerabilities: vulnerabilities }],
      });

    it('names the image by its digest, and gives the login by variables alone', async () => {
      await trivy('{ by: trivy }', report([]));
      await gate();
      const host = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';
      expect(ran).to.deep.equal([
        {
          file: 'trivy',
          args: ['image', '--format', 'json', '--quiet', '--scanners', 'vuln', `${host}/shop/web@${DIGEST}`],
          env: { TRIVY_USERNAME: 'AWS', TRIVY_PASSWORD: 's3cret' },
        },
      ]);
    });

    it('fails on its findings, also those without a rating where any counts', async () => {
      const found = { VulnerabilityID: 'CVE-9', PkgName: 'zlib', InstalledVersion: '1', Severity: 'UNKNOWN' };
      await trivy('{ by: trivy, fail-on: any }', report([found]));
      const error = await rejection(gate(), 'SCAN_FAILED');
      expect(error.evidence).to.deep.equal(['CVE-9 unknown in zlib 1']);
    });

    it('does not take an image in which it recognises nothing for a clean one', async () => {
      await trivy('{ by: trivy }', JSON.stringify({ SchemaVersion: 2 }));
      expect((await rejection(gate(), 'SCAN_FAILED')).message).to.contain('was not scanned');
    });

    it('fails where Trivy fails, or answers with something else', async () => {
      await trivy('{ by: trivy, fail-on: never }', '', 1);
      expect((await rejection(gate(), 'SCAN_FAILED')).evidence).to.deep.equal(['FATAL no database']);
      place?.remove();
      await trivy('{ by: trivy, fail-on: never }', '{}');
      await rejection(gate(), 'SCAN_FAILED');
    });
  });

  describe('before a deploy', () => {
    const record = (change: object = {}) => ({
      scan: {
        by: 'ecr',
        digest: DIGEST,
        at: '2026-11-01T00:00:00.000Z',
        status: 'complete',
        counts: { critical: 1 },
        from: 'high',
        findings: [{ id: 'CVE-1', severity: 'critical' }],
        ...change,
      },
    });
    const exception = (until: string) =>
      `{ fail-on: critical, ignore: [{ id: CVE-1, until: "${until}", why: not reachable }] }`;

    it('holds what the release records against the exceptions of today, and asks nobody', async () => {
      await open(exception('2026-11-03'), {});
      await gate(record());
      expect(aws.asked).to.deep.equal([]);
      expect(facts()?.join()).to.contain('CVE-1 accepted until 2026-11-03');
    });

    it('fails where an exception has run out since, and names it', async () => {
      await open(exception('2026-11-02'), {});
      const error = await rejection(gate(record()), 'SCAN_FAILED');
      expect(error.evidence[0]).to.equal('the exception for CVE-1 ran out on 2026-11-02 (not reachable)');
    });

    it('scans again where more is asked than was recorded', async () => {
      await open('{ fail-on: low }', { 'ecr:DescribeImageScanFindings': () => complete() });
      await gate(record());
      expect(asked('ecr:DescribeImageScanFindings')).to.have.length(1);
    });

    it('only tells what it found where the deploy is forced', async () => {
      await open('{}', {});
      await gate(record(), true);
      expect(notices()).to.deep.equal(['image web has 1 vulnerability of critical severity: forced']);
    });
  });

  it('is refused by the configuration with an exception that has no end, or no reason', async () => {
    for (const ignore of [
      '{ id: CVE-1, why: x }',
      '{ id: CVE-1, until: 2026-12-31 }',
      '{ id: CVE-1, until: 2026-02-30, why: x }',
    ]) {
      await open(`{ ignore: [${ignore}] }`, {});
      const error = await rejection(context.config(), 'CONFIG_INVALID');
      expect(error.evidence.join() + error.message).to.match(/until|why/);
      place?.remove();
    }
  });
});
