import { expect } from 'chai';
import { Repository } from '../../../support/repository.js';

describe('what git says of where HEAD comes from', () => {
  let repository: Repository;
  beforeEach(() => (repository = Repository.of({ 'a.txt': 'a' })));
  afterEach(() => repository.remove());

  it('is no parent of a first commit, one of the next, and two of a merge', async () => {
    const first = repository.git('rev-parse', 'HEAD');
    expect(await repository.opened().parents()).to.deep.equal([]);
    const second = repository.commit('feat: second');
    expect(await repository.opened().parents()).to.deep.equal([first]);
    repository.git('checkout', '--quiet', '-b', 'feature', first);
    const change = repository.commit('feat: change', { 'b.txt': 'b' });
    repository.git('checkout', '--quiet', 'main');
    repository.git('merge', '--quiet', '--no-edit', 'feature');
    expect(await repository.opened().parents()).to.deep.equal([second, change]);
  });

  it('is the address of origin, where there is one', async () => {
    expect(await repository.opened().remoteUrl()).to.equal(undefined);
    repository.git('remote', 'add', 'origin', 'git@github.com:acme/shop.git');
    expect(await repository.opened().remoteUrl()).to.equal('git@github.com:acme/shop.git');
  });
});
