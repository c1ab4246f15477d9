import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { layerSources, type LayerSources } from '../../../runner/src/hosts/layerSources.js';

const PLAYBOOK = '- hosts: web\n  gather_facts: false\n  roles: [apache]\n';
const FILES = {
  'ansible/site.yml': PLAYBOOK,
  'ansible/other.yml': '- hosts: web\n  roles: [unused]\n',
  'ansible/group_vars/web.yml': 'port: 80\n',
  'ansible/roles/apache/tasks/main.yml': '- ansible.builtin.template: { src: site.j2, dest: /etc/site }\n',
  'ansible/roles/apache/templates/site.j2': 'Listen {{ port }}\n',
  'ansible/roles/apache/meta/main.yml': 'dependencies: [common]\n',
  'ansible/roles/apache/molecule/default/converge.yml': '- hosts: all\n',
  'ansible/roles/common/tasks/main.yml': '- ansible.builtin.ping:\n',
  'ansible/roles/unused/tasks/main.yml': '- ansible.builtin.ping:\n',
  'library/roles/shared/tasks/main.yml': '- ansible.builtin.ping:\n',
};

describe('what a layer is made of', () => {
  let root: string;
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
  };
  const look = (): Promise<LayerSources> =>
    layerSources(
      {
        library: join(root, 'library'),
        directory: join(root, 'ansible'),
        configuration: join(root, 'library', 'ansible.cfg'),
        configured: new Map(),
        collections: [],
        env: { HOME: join(root, 'home') },
      },
      join(root, 'ansible/site.yml'),
      root,
    );
  const changesWith = async (files: Readonly<Record<string, string>>) => {
    const before = await look();
    write(files);
    return (await look()).digest !== before.digest;
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'automation-stack-layer-'));
    write(FILES);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are its playbook, its roles and those they depend on, variables, and the configuration', async () => {
    expect(await changesWith({ 'ansible/site.yml': `${PLAYBOOK}# more\n` })).to.equal(true);
    expect(await changesWith({ 'ansible/roles/apache/templates/site.j2': 'Listen 81\n' })).to.equal(true);
    expect(await changesWith({ 'ansible/roles/common/files/key': 'x' })).to.equal(true);
    expect(await changesWith({ 'ansible/group_vars/web.yml': 'port: 81\n' })).to.equal(true);
    expect(await changesWith({ 'library/ansible.cfg': '[defaults]\n' })).to.equal(true);
  });

  it('are neither other playbooks and their roles, nor the tests of a role', async () => {
    expect(await changesWith({ 'ansible/other.yml': '- hosts: db\n' })).to.equal(false);
    expect(await changesWith({ 'ansible/roles/unused/tasks/main.yml': '[]\n' })).to.equal(false);
    expect(await changesWith({ 'ansible/roles/apache/molecule/default/verify.yml': '[]\n' })).to.equal(false);
  });

  it('do not depend on where they lie', async () => {
    const { digest } = await look();
    rmSync(root, { recursive: true });
    root = mkdtempSync(join(tmpdir(), 'automation-stack-elsewhere-'));
    write(FILES);
    expect((await look()).digest).to.equal(digest);
  });

  it('tell whether facts are used, other hosts are looked at, and whether it can be foreseen', async () => {
    expect(await look()).to.include({ usesFacts: false, looksAtOthers: false, unforeseen: undefined });
    write({ 'ansible/filter_plugins/a.py': "def f(v): return v['ansible_facts']\n" });
    expect((await look()).usesFacts).to.equal(true);
    write({ 'ansible/filter_plugins/a.py': '' });
    write({
      'ansible/roles/common/tasks/main.yml': '- debug: { msg: "{{ ansible_facts[\'os_family\'] }}" }\n',
    });
    expect(await look()).to.include({ usesFacts: true, looksAtOthers: false });
    write({ 'ansible/roles/apache/templates/site.j2': "{% for h in groups['web'] %}{{ h }}{% endfor %}\n" });
    expect(await look()).to.include({ looksAtOthers: true });
    write({ 'ansible/roles/common/defaults/main.yml': "who: \"{{ lookup('env', 'USER') }}\"\n" });
    expect((await look()).unforeseen).to.equal('it looks up env');
  });

  it('are not all known where a role is not there', async () => {
    expect((await look()).unforeseen).to.equal(undefined);
    write({ 'ansible/site.yml': '- hosts: web\n  roles: [acme.web.nginx]\n' });
    const found = await look();
    expect(found.unforeseen).to.match(/names of its roles/);
    expect(found.usesFacts).to.equal(true);
  });

  it('are found behind links, also where these lead in a circle or nowhere', async () => {
    mkdirSync(join(root, 'shared/files'), { recursive: true });
    writeFileSync(join(root, 'shared/files/key'), 'one');
    symlinkSync(join(root, 'shared'), join(root, 'ansible/roles/apache/files'));
    symlinkSync(join(root, 'shared'), join(root, 'shared/again'));
    symlinkSync(join(root, 'nowhere'), join(root, 'ansible/gone'));
    const before = await look();
    writeFileSync(join(root, 'shared/files/key'), 'two');
    expect((await look()).digest).not.to.equal(before.digest);
  });

  it('include roles that come with the runner', async () => {
    write({ 'ansible/site.yml': '- hosts: web\n  roles: [shared]\n' });
    expect((await look()).unforeseen).to.equal(undefined);
    expect(await changesWith({ 'library/roles/shared/tasks/main.yml': '[]\n' })).to.equal(true);
  });
});

describe('layers that come with the runner', () => {
  const library = resolve('ansible');
  const layer = (name: string) =>
    layerSources(
      {
        library,
        directory: join(library, 'nowhere'),
        configuration: join(library, 'ansible.cfg'),
        configured: new Map(),
        collections: [],
        env: {},
      },
      join(library, 'playbooks', name),
      library,
    );

  for (const name of ['lamp.yml', 'phpmyadmin.yml', 'docker-host.yml'])
    it(`can be told to do the same again: ${name}`, async () => {
      expect((await layer(name)).unforeseen).to.equal(undefined);
    });

  for (const name of ['application.yml', 'laravel-tests.yml'])
    it(`run always, since they bring files of a deployment: ${name}`, async () => {
      expect((await layer(name)).unforeseen).to.equal('it reads files outside of its folders');
    });
});
