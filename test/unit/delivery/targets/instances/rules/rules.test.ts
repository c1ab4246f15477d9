import { expect } from 'chai';
import { StackError } from '../../../../../../runner/src/base/errors.js';
import { labelOf, labelTags, ownerTags } from '../../../../../../runner/src/domain/deliveryTags.js';
import {
  launchToken,
  subnetsFor,
} from '../../../../../../runner/src/delivery/targets/instances/rules/launches.js';
import { subnetsIn } from '../../../../../../runner/src/delivery/targets/instances/rules/subnets.js';
import { fillUserData } from '../../../../../../runner/src/delivery/targets/instances/rules/userData.js';
import { readBegun } from '../../../../../../runner/src/delivery/targets/instances/rules/begun.js';
import { instancesSchema, probeOf } from '../../../../../../runner/src/delivery/targets/instances/schema.js';
import { releasedArtifact } from '../../../../../support/instances/instancesWorld.js';

const SETTINGS = {
  ...{ kind: 'instances', artifact: 'app', 'launch-template': 'lt-1', subnets: ['subnet-a'] },
  'target-group': 'shop',
};
const issues = (settings: object) =>
  (instancesSchema.safeParse({ ...SETTINGS, ...settings }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  );

describe('what a target of instances may say', () => {
  it('is an artifact or an image, and numbers that can be', () => {
    expect(issues({})).to.deep.equal([]);
    expect(issues({ artifact: undefined })).to.deep.equal([
      'artifact is missing: name an artifact or an image',
    ]);
    expect(issues({ image: 'web' })).to.include('image goes without an artifact: name one of them');
    expect(issues({ artifact: undefined, image: 'web' })).to.deep.equal([
      'image needs a playbook or user-data that runs it',
    ]);
    expect(issues({ count: 2, succeed: 3 })).to.deep.equal(['succeed must be at most count (2)']);
    expect(issues({ group: 'web' })).to.deep.equal(['group goes with a playbook']);
    expect(issues({ probe: 'runner', restart: 'reboot now' })).to.deep.equal([
      'restart is run over SSH, which goes with `probe: host`',
    ]);
  });

  it('says from where instances are probed, and how the old ones are kept', () => {
    const parsed = (settings: object) => instancesSchema.parse({ ...SETTINGS, ...settings });
    expect(probeOf(parsed({}))).to.equal('runner');
    expect(probeOf(parsed({ playbook: 'p.yml' }))).to.equal('host');
    expect(probeOf(parsed({ restart: 'systemctl restart web' }))).to.equal('host');
    expect(parsed({}).keep).to.deep.equal({ for: 24 * 3_600_000, as: 'stopped' });
    expect(parsed({ keep: { for: '1h', as: 'running' } }).keep).to.deep.equal({
      for: 3_600_000,
      as: 'running',
    });
  });
});

describe('a launch', () => {
  it('is spread over the subnets, its own first', () => {
    expect(subnetsFor(['a', 'b', 'c'], 4)).to.deep.equal(['b', 'c', 'a']);
  });

  it('has one token for each run, instance, subnet and attempt, as long as EC2 takes', () => {
    const tokens = [
      ...[launchToken('7-a', 1, 's', 0), launchToken('7-b', 1, 's', 0), launchToken('7-a', 11, 's', 0)],
      ...[launchToken('7-a', 1, 't', 0), launchToken('7-a', 1, 's', 1)],
    ];
    expect(new Set(tokens).size).to.equal(5);
    expect(tokens.every((token) => /^[\x21-\x7e]{1,64}$/.test(token))).to.equal(true);
    expect(launchToken('7-a', 1, 's', 0)).to.equal(tokens[0]);
  });

  it('has tags that say whose it is, and that are read again', () => {
    const owner = { application: 'shop', environment: 'staging', target: 'web' };
    const label = { ...owner, version: '1.0.0', digest: 'sha256:0', definition: 'd', run: '7-a', slot: 2 };
    expect(labelOf({ tags: labelTags(label) })).to.deep.equal(label);
    expect(labelTags(label)).to.include(ownerTags(owner));
    expect(labelOf({ tags: { Name: 'shop-staging-web' } })).to.equal(undefined);
    expect(labelOf({ tags: ownerTags(owner) })).to.equal(undefined);
  });
});

describe('subnets', () => {
  it('are a list, text with commas, or an output that is a list', () => {
    expect(subnetsIn(['subnet-a', 'subnet-b'], 'x')).to.deep.equal(['subnet-a', 'subnet-b']);
    expect(subnetsIn('subnet-a, subnet-b,subnet-a', 'x')).to.deep.equal(['subnet-a', 'subnet-b']);
    expect(subnetsIn([['subnet-a'], 'subnet-b'], 'x')).to.deep.equal(['subnet-a', 'subnet-b']);
    expect(subnetsIn({ a: 'subnet-a', b: 'subnet-b' }, 'x')).to.deep.equal(['subnet-a', 'subnet-b']);
    for (const wrong of ['', [], 'vpc-1', { a: 1 }]) expect(() => subnetsIn(wrong, 'x')).to.throw(StackError);
  });
});

describe('user data', () => {
  const release = releasedArtifact('b', '1.1.0');
  const artifact = release.artifacts?.['app'];

  it('has what names the release filled in, and leaves the shell its own', () => {
    const text =
      '${release:version} ${artifact:key}#${artifact:object-version} ${artifact:size} $HOME ${1:-x} ${PATH}';
    expect(fillUserData(text, release, artifact, undefined)).to.equal(
      `1.1.0 artifacts/shop/app/b/app.tar.gz#v1 1234 $HOME \${1:-x} \${PATH}`,
    );
  });

  it('names what there is where it asks for something else', () => {
    expect(() => fillUserData('${artifact:sha}', release, artifact, undefined)).to.throw(
      StackError,
      'the user data has ${artifact:sha}, which is not known here',
    );
    expect(() => fillUserData('${release:image}', release, artifact, undefined)).to.throw(StackError);
  });
});

describe('the journal of a deployment of instances', () => {
  it('tells its runs and what it had begun to retire, whatever else stands there', () => {
    const entries = [
      { action: 'begin', data: { run: '7-a' } },
      { action: 'launch', data: { run: '7-a', slot: 0 } },
      { action: 'retire', data: { instances: ['i-1', 3], foreign: [] } },
      { action: 'retire' },
      { action: 'an entry that cannot be read' },
    ];
    expect(readBegun(entries)).to.deep.equal({ runs: ['7-a'], retiring: ['i-1'] });
    expect(readBegun(undefined)).to.deep.equal({ runs: [], retiring: [] });
  });
});
