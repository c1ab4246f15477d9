import { expect } from 'chai';
import { findAnsible } from '../../../../runner/src/starter/rules/ansible.js';
import { finding, projectOf } from '../../../support/starterProject.js';
import type { Tree } from '../../../support/starterCases.js';

const play = '- hosts: web\n';
const find = (files: Tree) => finding((note) => findAnsible(projectOf(files), note));
const playbooks = (files: Tree) => find(files).found?.playbooks;
const groups = (files: Tree) => find({ 'site.yml': '- hosts: all\n', ...files }).found?.groups;

describe('the playbooks of a project', () => {
  for (const folder of [
    'ansible',
    'provisioning',
    'playbooks',
    'deploy/ansible',
    'infra/ansible',
    'ops/ansible',
    '.',
  ])
    it(`may be in ${folder}`, () => {
      const path = folder === '.' ? 'site.yml' : `${folder}/site.yml`;
      expect(find({ [path]: play }).found).to.deep.equal({
        directory: folder,
        playbooks: ['site.yml'],
        groups: ['web'],
      });
    });

  it('are those of the likeliest folder', () =>
    expect(find({ 'site.yml': play, 'ansible/x.yml': play }).found?.directory).to.equal('ansible'));

  it('may be in a folder for playbooks', () =>
    expect(playbooks({ 'ansible/playbooks/web.yaml': play })).to.deep.equal(['playbooks/web.yaml']));

  for (const main of ['site.yml', 'site.yaml', 'main.yml', 'playbook.yml', 'playbook.yaml'])
    it(`are ${main} alone where there is one, and the others are told`, () => {
      const { found, notes } = find({
        [`ansible/${main}`]: play,
        'ansible/a.yml': play,
        'ansible/z.yml': play,
      });
      expect(found?.playbooks).to.deep.equal([main]);
      expect(notes).to.contain('a.yml and z.yml in ansible: not run by themselves').and.to.contain(main);
    });

  it('are all in the order of their names, which is told, where none is the main one', () => {
    const { found, notes } = find({ 'ansible/b.yml': play, 'ansible/a.yml': play });
    expect(found?.playbooks).to.deep.equal(['a.yml', 'b.yml']);
    expect(notes)
      .to.contain('the order of the playbooks (a.yml and b.yml)')
      .and.not.to.contain('by themselves');
    expect(find({ 'ansible/b.yml': play }).notes).to.equal('');
    expect(find({ 'ansible/site.yml': play }).notes).to.equal('');
  });

  for (const name of [
    'deploy',
    'release-it',
    'rollback',
    'destroy',
    'teardown',
    'uninstall',
    'restart',
    'backup',
    'restore',
  ])
    it(`are not ${name}.yml, which is told`, () => {
      const { found, notes } = find({ 'ansible/web.yml': play, [`ansible/${name}.yml`]: play });
      expect(found?.playbooks).to.deep.equal(['web.yml']);
      expect(notes).to.contain(`${name}.yml in ansible: not used for provisioning`);
    });

  it('may be called after one for one occasion', () =>
    expect(playbooks({ 'ansible/web-backup.yml': play })).to.deep.equal(['web-backup.yml']));

  it('are lists of plays', () => {
    expect(
      playbooks({
        'ansible/vars.yml': 'hosts: web\n',
        'ansible/tasks.yml': '- name: x\n',
        'ansible/list.yml': '- hosts\n- null\n',
        'ansible/site.yml.j2': play,
        'ansible/empty.yml': '',
        'ansible/import.yml': '- import_playbook: x.yml\n',
        'ansible/import2.yml': '- ansible.builtin.import_playbook: x.yml\n',
        'ansible/vault.yml': '- hosts: web\n  vars: { x: !vault abc }\n',
      }),
    ).to.deep.equal(['import.yml', 'import2.yml', 'vault.yml']);
  });

  it('are told to be missing where there is a folder without one', () => {
    expect(find({ 'ansible/roles/a/tasks/main.yml': '- debug:\n' })).to.deep.include({ found: undefined });
    expect(find({ 'ansible/roles/a/tasks/main.yml': '- debug:\n' }).notes).to.contain('no readable playbook');
    expect(find({ 'roles/ansible/x.yml': '' }).notes).to.equal('');
  });
});

describe('the groups of playbooks and inventories', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['are those of the plays', '- hosts: web\n- hosts: db\n- hosts: web\n', ['web', 'db']],
    ['are those of a pattern', '- hosts: web, db:cache\n', ['web', 'db', 'cache']],
    ['are those of a list', '- hosts: [web, db]\n', ['web', 'db']],
    ['are not patterns of another kind', '- hosts: "web:!old:&new:~re:a*:*"\n', ['web']],
    ['are not variables', '- hosts: "{{ group }}"\n', []],
    ['are not the words of Ansible itself', '- hosts: all,localhost,ungrouped,undefined\n', []],
    ['are not numbers', '- hosts: 5\n', []],
  ];
  for (const [what, text, expected] of rows)
    it(what, () => expect(groups({ 'site.yml': text })).to.deep.equal(expected));

  it('are those of an INI inventory, with its hosts told', () => {
    const files = {
      'hosts.ini':
        'lone\n# no\n; nor\n[web]\nweb1 ansible_host=1 # why\nweb2 ; x\n[all:vars]\na=1\n[front:children]\nweb\n[db]\r\ndb1\r\n\n',
    };
    expect(groups(files)).to.deep.equal(['web', 'front', 'db']);
    expect(find({ 'site.yml': play, ...files }).notes)
      .to.contain('hosts.ini lists lone, web1, web2 and 1 more')
      .and.to.contain('inventory: { file: hosts.ini }');
  });

  it('are those of an INI inventory also where a comment stands behind them', () => {
    expect(groups({ hosts: '[web] # the front\n  w1 ansible_host=1\n[db] ; the rest\nd#1\n' })).to.deep.equal(
      ['web', 'db'],
    );
    expect(find({ 'site.yml': play, hosts: '  w1 # x\n[web]x\n  # y\n' }).notes).to.contain(
      'hosts lists w1 and [web]x',
    );
  });

  it('are those of a YAML inventory, at any depth', () => {
    const files = {
      'inventory.yml':
        'all:\n  hosts: { lone: }\n  children:\n    web: { hosts: { web1: { a: 1 } } }\n    deep: { children: { inner: { hosts: { in1: } } } }\nrest: { hosts: [a] }\nmore: { vars: { hosts: 1 } }\nx: 1\n',
    };
    expect(groups(files)).to.deep.equal(['web', 'deep', 'inner', 'rest']);
    expect(find({ 'site.yml': play, ...files }).notes).to.contain('inventory.yml lists lone, web1 and in1');
  });

  const places = [
    'hosts',
    'inventory',
    'a/hosts.ini',
    'inventory.ini',
    'inventories/prod',
    'inventory/prod/hosts',
    'inventories/prod/hosts.ini',
    'x/inventory/prod.ini',
  ];
  for (const path of places)
    it(`are read from ${path}`, () => expect(groups({ [path]: '[web]\nw1\n' })).to.deep.equal(['web']));

  const others = [
    'myhosts',
    'hosts.txt',
    'inventory/group_vars/all',
    'inventory/host_vars/w1',
    'roles/x/inventory/a',
    'a/roles/x/hosts',
    'inventory/a/b/prod',
  ];
  for (const path of others)
    it(`are not read from ${path}`, () => expect(groups({ [path]: '[web]\nw1\n' })).to.deep.equal([]));

  it('are not those of an inventory without hosts', () => {
    expect(groups({ hosts: '[web]\n' })).to.deep.equal([]);
    expect(find({ hosts: '[web]\n', 'site.yml': play }).notes).to.equal('');
  });

  it('end where a YAML inventory holds itself', () =>
    expect(groups({ 'hosts.yml': 'web: &a\n  hosts: { w1: }\n  children: { again: *a }\n' })).to.include(
      'web',
    ));

  it('tell of an inventory also where there is no playbook', () => {
    const { found, notes } = find({ hosts: '[web]\nw1\n' });
    expect(found).to.equal(undefined);
    expect(notes).to.contain('hosts lists w1');
  });
});
