import { expect } from 'chai';
import { refusedFile, sealedIn, unsealed } from '../../../../runner/src/hosts/rules/vaultText.js';

/** Made by `ansible-vault encrypt` of ansible-core 2.19, of `database_password: from the vault`. */
const WHOLE = `$ANSIBLE_VAULT;1.1;AES256
65333836386136646537343532393030366661633739363233346261633266653262616563623165
3764366462383239306234313735643837333230373331330a376163303037393032343438393235
30323061396263396433663066303664653165633434616664663535326665346461343232333863
6433346663666335660a383837363063303035373130383837333636323961623065626539653035
61633234346431383833666362386332306132323336376364623936346432323364373535643138
3163633633323063653339303763396662356362383331306336
`;
/** Made by `ansible-vault encrypt_string --vault-id staging@…`, of `smtp: räksmörgås-42`. */
const INLINE = `mail: !vault |
    $ANSIBLE_VAULT;1.2;AES256;staging
    38396532663430326233323530396565363530656430616463356237353138636237346337656664
    3032386537623161306137633438373034663538373432610a646365633935366637383332386663
    31656636313138633361613363613136663138646338323137636134373663383939393665616539
    3263633231663862390a393936313034616430646533393965323037363439363937366138646638
    35333261393163386461636562663536613534333331323564376630393963626132
port: 25
`;
const PASSWORD = 'open-sesame-42';

describe('what Ansible Vault has encrypted', () => {
  it('is found as a whole file and within YAML, and opens with its password alone', async () => {
    const [whole] = sealedIn(WHOLE);
    expect(await unsealed(whole!, PASSWORD)).to.equal('database_password: from the vault\n');
    expect(await unsealed(whole!, 'wrong')).to.equal(undefined);
    const inline = sealedIn(`${INLINE}${INLINE}`);
    expect(inline).to.have.length(2);
    expect(await unsealed(inline[1]!, 'p ä')).to.equal('smtp: räksmörgås-42');
    expect(await unsealed(inline[1]!, PASSWORD)).to.equal(undefined);
  });

  it('is nothing where the header stands alone, in a document about it', () => {
    expect(sealedIn('A file begins with $ANSIBLE_VAULT;1.1;AES256 and is encrypted.\n')).to.deep.equal([]);
    expect(sealedIn('$ANSIBLE_VAULT;1.1;AES256\nzz\n')).to.deep.equal([]);
  });
});

describe('a wrong vault password', () => {
  const opens = (path: string) => ({ path, opens: true });
  const shut = (path: string) => ({ path, opens: false });

  it('is certain where variables of the hosts or their groups stay shut', () => {
    const of = (...paths: string[]) =>
      refusedFile([opens('vars/a.yml'), ...paths.map(shut)], ['web-1'], ['web']);
    expect(of('group_vars/all.yml')).to.equal('group_vars/all.yml');
    expect(of('playbooks/group_vars/web/vault.yml')).to.equal('playbooks/group_vars/web/vault.yml');
    expect(of('host_vars/web-1.yml')).to.equal('host_vars/web-1.yml');
    expect(of('group_vars/web')).to.equal('group_vars/web');
  });

  it('is not, where another environment’s files stay shut, unless nothing opens', () => {
    const others = [shut('group_vars/production/vault.yml'), shut('vars/other.yml')];
    expect(refusedFile([...others, opens('group_vars/all/vault.yml')], ['web-1'], ['web'])).to.equal(
      undefined,
    );
    expect(refusedFile(others, ['web-1'], ['web'])).to.equal('group_vars/production/vault.yml');
    expect(refusedFile([], ['web-1'], ['web'])).to.equal(undefined);
  });
});
