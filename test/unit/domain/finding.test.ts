import { expect } from 'chai';
import { kinds } from '../../../runner/src/kinds.js';
import { judge, needsOf, type ConfiguredEnvironment } from '../../../runner/src/domain/finding.js';
import { checksText } from '../../../runner/src/views/findings.js';

const environment = (settings: Partial<ConfiguredEnvironment> = {}) => ({
  name: 'staging',
  config: { inventory: {}, targets: {}, ...settings },
});
const needs = (settings: Partial<ConfiguredEnvironment>, images: object = {}) =>
  needsOf({ images: { ...images } }, [environment(settings)], {
    kinds,
    refersToAws: () => false,
  });

describe('what a configuration needs', () => {
  it('is nothing where there is none', () => {
    expect(needsOf(undefined, [], { kinds, refersToAws: () => true })).to.deep.equal({
      docker: false,
      terraform: false,
      ansible: false,
      sessions: false,
      packer: false,
      trivy: false,
      cosign: false,
      buildx: false,
      aws: [],
    });
  });

  it('is Docker for images, Terraform for infrastructure, Ansible for fleets and playbooks', () => {
    expect(needs({}, { web: {} })).to.include({ docker: true, terraform: false, ansible: false });
    expect(needs({ infrastructure: {} })).to.include({ terraform: true, docker: false });
    expect(needs({ provision: {} }).ansible).to.equal(true);
    expect(needs({ targets: { web: { kind: 'fleet' } } }).ansible).to.equal(true);
    expect(needs({ targets: { web: { kind: 'ecs-service' } } }).ansible).to.equal(false);
  });

  it('is Trivy where it scans an image', () => {
    expect(needs({}, { web: { scan: { by: 'ecr' } } }).trivy).to.equal(false);
    expect(needs({}, { web: { scan: { by: 'trivy' } } }).trivy).to.equal(true);
  });

  it('is buildx where an image has what only its builders make', () => {
    for (const image of [{ sbom: true }, { provenance: 'min' }, { cache: { to: 'shop/cache:web' } }])
      expect(needs({}, { web: image }).buildx, JSON.stringify(image)).to.equal(true);
    expect(needs({}, { web: { builder: 'big' } }).buildx).to.equal(true);
    for (const image of [{}, { sbom: false, provenance: 'off' }, { cache: { to: 'inline' } }])
      expect(needs({}, { web: image }).buildx, JSON.stringify(image)).to.equal(false);
  });

  it('is the AWS CLI and its plugin where Session Manager is on the way to a host', () => {
    expect(needs({ provision: {} }).sessions).to.equal(false);
    expect(needs({ inventory: { transport: 'ssm' } }).sessions).to.equal(true);
    expect(needs({ inventory: { jump: { transport: 'ssm' } } as object }).sessions).to.equal(true);
  });

  it('is AWS for ECS, hosts by tags, a registry, and values that AWS keeps', () => {
    expect(needs({ infrastructure: {} }).aws).to.deep.equal([]);
    expect(needs({ targets: { web: { kind: 'ecs-service' } } }).aws).to.deep.equal(['staging']);
    expect(needs({ inventory: { tags: { a: 'b' } } }).aws).to.deep.equal(['staging']);
    expect(needs({ targets: { web: { kind: 'fleet' } } }, { web: {} }).aws).to.deep.equal(['staging']);
    const kept = needsOf({ images: {} }, [environment()], {
      kinds,
      refersToAws: () => true,
    });
    expect(kept.aws).to.deep.equal(['staging']);
  });
});

describe('credentials of AWS', () => {
  it('are needed without targets too: for an account that is named, and for images that are only pushed', () => {
    expect(needs({ aws: { account: '111111111111' } }).aws).to.deep.equal(['staging']);
    expect(needs({ aws: { profile: 'shop' } }).aws).to.deep.equal(['staging']);
    expect(needs({}, { web: {} }).aws).to.deep.equal(['staging']);
    expect(needs({}).aws).to.deep.equal([]);
  });
});

describe('a check', () => {
  const check = (required: boolean) => ({
    id: 'x',
    title: 'X',
    required,
    run: () => Promise.reject(new Error('unused')),
  });

  it('only warns where nothing requires it', () => {
    expect(judge(check(false), { status: 'failed', found: 'missing' }).status).to.equal('warning');
    expect(judge(check(true), { status: 'failed', found: 'missing' }).status).to.equal('failed');
  });

  it('is told in a line, with what to type below', () => {
    const text = checksText([
      judge({ ...check(true), title: 'Terraform' }, { status: 'ok', found: '1.11.4' }),
      judge(check(true), { status: 'failed', found: 'missing', next: 'install it' }),
      judge(check(false), { status: 'warning', found: 'soon over' }),
    ]);
    expect(text.split('\n')).to.deep.equal([
      'ok       Terraform  1.11.4',
      'FAILED   X          missing',
      '                    → install it',
      'warning  X          soon over',
      '',
      'Not ready: 1 check failed.',
    ]);
  });
});
