import { expect } from 'chai';
import { IMAGE_RECIPES, imageTag, type ImageRecipe } from '../../../runner/src/local/recipes.js';

describe('recipes of the local images', () => {
  const [host] = IMAGE_RECIPES as readonly [ImageRecipe, ...ImageRecipe[]];

  it('give the same tag for the same recipe on the same machine', () => {
    expect(imageTag(host, ['bookworm'])).to.equal(imageTag({ ...host }, ['bookworm']));
    expect(imageTag(host, ['bookworm'])).to.match(/^automation-stack-local\/host:[0-9a-f]{12}$/);
  });

  it('give another tag when a package, a line of the script, an instruction or the machine changes', () => {
    const tags = [
      imageTag(host, ['bookworm']),
      imageTag({ ...host, packages: [...host.packages, 'vim'] }, ['bookworm']),
      imageTag({ ...host, arrange: `${host.arrange}\n# more` }, ['bookworm']),
      imageTag({ ...host, changes: [] }, ['bookworm']),
      imageTag(host, ['trixie']),
    ];
    expect(new Set(tags).size).to.equal(tags.length);
  });

  it('bake no SSH host key into the image of hosts', () => {
    expect(host.arrange)
      .to.contain('rm -f "$1"/etc/ssh/ssh_host_*')
      .and.to.contain('PasswordAuthentication no');
  });
});
