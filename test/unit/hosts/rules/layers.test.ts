import { expect } from 'chai';
import { StackError } from '../../../../runner/src/base/errors.js';
import type { Host } from '../../../../runner/src/domain/host.js';
import { limitHosts } from '../../../../runner/src/hosts/inventory.js';
import {
  chosenLayers,
  hostsOfLayer,
  layersOf,
  layerTitle,
  refuseUnknownGroups,
} from '../../../../runner/src/hosts/rules/layers.js';

const layers = layersOf([
  'playbooks/lamp.yml',
  'phpmyadmin.yaml',
  { playbook: 'jenkins.yml', group: 'build' },
  'laravel-jobs.yml',
]);
const host = (name: string, ...groups: string[]): Host => ({
  name,
  address: name,
  port: 22,
  user: 'admin',
  groups,
});
const hosts = [host('web-1', 'web'), host('web-2', 'web'), host('ci', 'build')];
const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name);

function refusal(action: () => unknown): StackError {
  try {
    action();
  } catch (error) {
    if (error instanceof StackError) return error;
  }
  throw new Error('it was not refused');
}

describe('layers of a provisioning', () => {
  it('are called by their file, and told with their group', () => {
    expect(names(layers)).to.deep.equal(['lamp', 'phpmyadmin', 'jenkins', 'laravel-jobs']);
    expect(layers.map(layerTitle)).to.deep.equal([
      'playbooks/lamp.yml',
      'phpmyadmin.yaml',
      'jenkins.yml (build)',
      'laravel-jobs.yml',
    ]);
  });

  it('run all in order, or those that are named, or all from one on', () => {
    expect(names(chosenLayers(layers, {}))).to.deep.equal(names(layers));
    expect(names(chosenLayers(layers, { only: ['jenkins', 'playbooks/lamp.yml'] }))).to.deep.equal([
      'lamp',
      'jenkins',
    ]);
    expect(names(chosenLayers(layers, { from: 'jenkins.yml' }))).to.deep.equal(['jenkins', 'laravel-jobs']);
    expect(names(chosenLayers(layers, { from: 'jenkins', only: ['laravel-jobs'] }))).to.deep.equal([
      'laravel-jobs',
    ]);
  });

  it('are refused where none has that name, with the one that was meant', () => {
    const only = refusal(() => chosenLayers(layers, { only: ['jenkin'] }));
    expect(only.code).to.equal('USAGE');
    expect(only.message).to.equal('there is no layer "jenkin". Did you mean "jenkins"?');
    expect(only.where).to.equal('--only');
    expect(refusal(() => chosenLayers(layers, { from: 'lmap' })).where).to.equal('--from');
  });

  it('work on no host outside of their group', () => {
    expect(names(hostsOfLayer(layers[2]!, hosts))).to.deep.equal(['ci']);
    expect(names(hostsOfLayer(layers[0]!, hosts))).to.deep.equal(['web-1', 'web-2', 'ci']);
  });

  it('are refused for a group that no host is in', () => {
    refuseUnknownGroups(layers, hosts, 'here');
    const wrong = refusal(() =>
      refuseUnknownGroups(layersOf([{ playbook: 'a.yml', group: 'biuld' }]), hosts, 'here'),
    );
    expect(wrong.message).to.equal(
      'a.yml is for the group "biuld", but no host is in it. Did you mean "build"?',
    );
  });
});

describe('a limit that matches nothing', () => {
  it('is refused with the closest names, few of many', () => {
    const many = Array.from({ length: 200 }, (_, index) => host(`web-${index}`, 'web'));
    const error = refusal(() => limitHosts([...many, host('database', 'data')], 'databse'));
    expect(error.message).to.equal('there is no host or group "databse". Did you mean "database"?');
    expect(error.next).to.match(/^The closest names are: database, data, /);
    expect(error.next!.split(',')).to.have.length(5);
  });
});
