import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ansiblePaths } from '../../../runner/src/hosts/ansiblePaths.js';
import { openVault, vaultPassword } from '../../../runner/src/hosts/vault.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';

/** Of `database_password: from the vault`, made by `ansible-vault` of ansible-core 2.19. */
const SEALED = `$ANSIBLE_VAULT;1.1;AES256
65333836386136646537343532393030366661633739363233346261633266653262616563623165
3764366462383239306234313735643837333230373331330a376163303037393032343438393235
30323061396263396433663066303664653165633434616664663535326665346461343232333863
6433346663666335660a383837363063303035373130383837333636323961623065626539653035
61633234346431383833666362386332306132323336376364623936346432323364373535643138
3163633633323063653339303763396662356362383331306336
`;
const PASSWORD = 'open-sesame-42';
const host = { name: 'web-1', address: '192.0.2.1', port: 22, user: 'admin', groups: ['web'] };

describe('the password of Ansible Vault', () => {
  const open: Deployment[] = [];
  const made = async (vault: string, files: Readonly<Record<string, string>> = {}) => {
    const one = await deployment(
      {
        'automation-stack.yml': `application: shop
environments:
  staging:
    aws: { region: eu-west-1 }
    provision:
      playbooks: [site.yml]
${vault === '' ? '' : `      vault: ${vault}\n`}`,
        'ansible/site.yml': '- hosts: web\n',
        'ansible/group_vars/web/vault.yml': SEALED,
        ...files,
      },
      { VAULT_PASSWORD: PASSWORD, WRONG: 'wrong-password', ANSIBLE_VAULT_PASSWORD_FILE: undefined },
    );
    open.push(one);
    return one;
  };
  const check = async ({ context }: Deployment) => {
    const environment = await context.environment('staging');
    const password = await vaultPassword(context, environment);
    await openVault(context, environment, await ansiblePaths(context, environment), {
      password,
      hosts: [host],
    });
    return password;
  };
  afterEach(() => open.splice(0).forEach((one) => one.remove()));

  it('comes from a reference or a file, white space around it aside, or from a program', async () => {
    expect(await check(await made('{ password: "${env:VAULT_PASSWORD}" }'))).to.equal(PASSWORD);
    expect(await check(await made('{ file: .vault }', { '.vault': `${PASSWORD}\n` }))).to.equal(PASSWORD);
    const program = await made('{ file: ask.sh }', { 'ask.sh': `#!/bin/sh\necho ${PASSWORD}\n` });
    chmodSync(join(program.directory, 'ask.sh'), 0o700);
    expect(await check(program)).to.equal(PASSWORD);
  });

  it('is refused where a file holds none, is not there, or a program fails', async () => {
    const missing = await rejection(made('{ file: .vault }').then(check), 'CONFIG_INVALID');
    expect(missing.message).to.include('there is no such file');
    const empty = await rejection(made('{ file: .vault }', { '.vault': '\n' }).then(check), 'CONFIG_INVALID');
    expect(empty.message).to.include('it is empty');
    const failing = await made('{ file: ask.sh }', { 'ask.sh': '#!/bin/sh\necho no agent >&2\nexit 3\n' });
    chmodSync(join(failing.directory, 'ask.sh'), 0o700);
    const error = await rejection(check(failing), 'CONFIG_INVALID');
    expect(error.message).to.include('it ended with 3');
    expect(error.evidence).to.include('no agent');
  });

  it('must be either a reference or a file', async () => {
    const both = await made('{ password: "${env:VAULT_PASSWORD}", file: x }');
    const error = await rejection(both.context.environment('staging'), 'CONFIG_INVALID');
    expect(error.evidence.join('\n')).to.include('either a password or a file');
  });

  it('is told wrong or missing before any host is touched, with the file that it does not open', async () => {
    const wrong = await rejection(made('{ password: "${env:WRONG}" }').then(check), 'CONFIG_INVALID');
    expect(wrong.message).to.equal('the password of Ansible Vault does not open group_vars/web/vault.yml');
    expect(wrong.next).to.include('no host was touched');
    const none = await rejection(made('').then(check), 'CONFIG_INVALID');
    expect(none.message).to.include('no password of Ansible Vault is given');
  });

  it('is not missed where nothing is encrypted, or Ansible is told it by its own settings', async () => {
    const plain = await made('');
    rmSync(join(plain.directory, 'ansible/group_vars'), { recursive: true });
    expect(await check(plain)).to.equal(undefined);
    const own = await made('', { 'ansible/ansible.cfg': '[defaults]\nvault_password_file = ~/.vault\n' });
    expect(await check(own)).to.equal(undefined);
  });

  it('opens values that are masked from then on', async () => {
    const one = await made('{ password: "${env:VAULT_PASSWORD}" }');
    await check(one);
    expect(one.context.secrets.text('+DB_PASSWORD=from the vault')).to.equal('+DB_PASSWORD=***');
  });
});
