import { expect } from 'chai';
import { parse } from 'yaml';
import {
  looksAtOthers,
  namedParts,
  readsOutside,
  unforeseen,
  usesFacts,
} from '../../../../runner/src/hosts/rules/playbookText.js';

const parts = (text: string) => namedParts(parse(text));

describe('what a playbook takes from other files', () => {
  it('are the roles that it lists, imports and includes, and the playbooks that it imports', () => {
    const found = parts(`
- ansible.builtin.import_playbook: base.yml
- hosts: web
  roles: [apache, { role: php, vars: { a: 1 } }]
  tasks:
    - block:
        - ansible.builtin.include_role: { name: mariadb }
    - import_role:
        name: phpmyadmin
`);
    expect(found.roles).to.deep.equal(['apache', 'php', 'mariadb', 'phpmyadmin']);
    expect(found.playbooks).to.deep.equal(['base.yml']);
    expect(found.isOpen).to.equal(false);
  });

  it('are the roles that a role depends on', () =>
    expect(parts('dependencies: [common, { role: apache }]').roles).to.deep.equal(['common', 'apache']));

  it('are not all known where a name is a template or that of a collection', () => {
    expect(parts('- include_role: { name: "{{ item }}" }').isOpen).to.equal(true);
    expect(parts('- hosts: all\n  roles: [acme.web.nginx]').isOpen).to.equal(true);
    expect(parts('- import_playbook: acme.web.site').playbooks).to.deep.equal(['acme.web.site']);
  });
});

describe('files outside of the folders of a playbook', () => {
  const reads = (text: string) => readsOutside(parse(text));
  it('are read by a path upwards, from the root, or that a variable says', () => {
    for (const text of [
      '- ansible.builtin.copy: { src: ../app/site, dest: /srv }',
      '- copy: { src: /opt/site.tar, dest: /srv }',
      '- hosts: all\n  tasks:\n    - block:\n        - unarchive: { src: "{{ archive }}", dest: /srv }',
      '- hosts: all\n  vars_files: [ok.yml, ../../common.yml]',
      '- copy: { src: "{{ item }}", dest: /srv }\n  loop: "{{ files }}"',
      '- copy: { src: "{{ item.from }}", dest: /srv }\n  loop: [{ from: /opt/a }]',
      '- include_vars: ~/mine.yml',
      '- template: { src: "{{ role_path }}/../x.j2", dest: /etc/x }',
    ])
      expect(reads(text), text).to.equal(true);
  });

  it('are none of the host’s own, of a role, and no targets of links', () => {
    for (const text of [
      '- copy: { src: site.conf, dest: /etc/site.conf }',
      '- copy: { src: /etc/a, dest: /etc/b, remote_src: true }',
      '- file: { src: /etc/a, dest: /etc/b, state: link }',
      '- template: { src: "{{ item }}.j2", dest: "/etc/{{ item }}" }\n  loop: [a, b]',
      '- template: { src: "{{ item.from }}", dest: "{{ item.to }}" }\n  loop: [{ from: a.j2, to: /etc/a }]',
      '- template: { src: "{{ role_path }}/templates/x.j2", dest: /etc/x }',
      '- copy: { content: "../x", dest: /etc/x }',
    ])
      expect(reads(text), text).to.equal(false);
  });
});

describe('what a playbook does', () => {
  it('follows from files and variables, unless it looks something up elsewhere or uses the time', () => {
    expect(unforeseen(["a: \"{{ lookup('ansible.builtin.file', 'x') }}\"", 'with_items: [1]'])).to.equal(
      undefined,
    );
    expect(unforeseen(["{{ lookup('ansible.builtin.env', 'HOME') }}"])).to.equal('it looks up env');
    expect(unforeseen(['  with_url: http://x'])).to.equal('it looks up url');
    expect(unforeseen(["{{ query('amazon.aws.aws_secret', 'a') }}"])).to.equal(
      'it looks up amazon.aws.aws_secret',
    );
    expect(unforeseen(['at: "{{ now().isoformat() }}"'])).to.equal('it uses now');
    expect(unforeseen(['at: "{{ 60 | random }}"'])).to.equal('it uses random');
    expect(unforeseen(['# what we know now (all of it)'])).to.equal(undefined);
  });

  it('may depend on other hosts', () => {
    for (const text of [
      "{{ hostvars['a'].x }}",
      "{{ groups['web'] | length }}",
      'delegate_to: localhost',
      '  serial: 1',
      'run_once: true',
      'when: inventory_hostname in groups.web',
    ])
      expect(looksAtOthers([text]), text).to.equal(true);
    expect(looksAtOthers(['user: { name: a, groups: [sudo] }', "when: 'web' in group_names"])).to.equal(
      false,
    );
  });

  it('uses facts or not', () => {
    for (const text of [
      "{{ ansible_facts['os_family'] }}",
      '{{ ansible_distribution }}',
      "{{ vars['ansible_' ~ card].ipv4 }}",
      '{{ ansible_default_ipv4.address }}',
    ])
      expect(usesFacts([text]), text).to.equal(true);
    expect(
      usesFacts([
        '{{ ansible_host }} {{ ansible_check_mode }}',
        '# {{ ansible_managed }}',
        'ansible.builtin.apt:',
      ]),
    ).to.equal(false);
  });
});
