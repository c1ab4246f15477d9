import { expect } from 'chai';
import { validateConfig } from '../../support/config.js';

const read = (image: string) => {
  const text = `application: shop\nimages:\n  web:\n${image.replace(/^/gm, '    ')}\nenvironments:\n  staging: {}\n`;
  const { config, issues } = validateConfig('automation-stack.yml', text, '/project');
  return { image: config?.images['web'], said: issues.map(({ message }) => message).join('\n') };
};
const PACKER = 'kind: packer\nrepository: shop/web\ntemplate: image/web.pkr.hcl\n';

describe('kinds of images', () => {
  it('are Dockerfiles where none is named, or `docker`', () => {
    expect(read('repository: shop/web').image).to.include({ context: '.' });
    expect(read('kind: docker\nrepository: shop/web').image).to.include({ kind: 'docker', context: '.' });
  });

  it('are templates of Packer', () => {
    const { image, said } = read(`${PACKER}variables: { php: "8.2", modules: [a, b] }\ntest: php -v`);
    expect(said).to.equal('');
    expect(image).to.deep.include({
      ...{ kind: 'packer', template: 'image/web.pkr.hcl', inputs: [], ignore: [], only: [], secrets: {} },
      variables: { php: '8.2', modules: ['a', 'b'] },
      test: ['php', '-v'],
    });
  });

  /** What is written, and what has to be said. */
  const rows: Readonly<Record<string, readonly [image: string, said: string]>> = {
    'a kind that there is not': ['kind: docket\nrepository: shop/web', 'kind'],
    'a key of the other kind': [`${PACKER}dockerfile: Dockerfile`, 'dockerfile'],
    'a key of Packer without the kind': ['repository: shop/web\ntemplate: a.pkr.hcl', 'template'],
    'a misspelt key': [`${PACKER}playbok: a.yml`, 'Did you mean "playbook"?'],
    'no template': ['kind: packer\nrepository: shop/web', 'template'],
    'another file than a template': [
      PACKER.replace('web.pkr.hcl', 'web.yml'),
      'must end in .pkr.hcl or .json',
    ],
    'a stage for its test': [`${PACKER}test: { command: a, target: b }`, 'target'],
    'a reference where the path has to be known': [PACKER.replace('image/', '${ssm:/x}/'), '${'],
    'a name that no variable has': [
      `${PACKER}secrets: { "a b": "\${env:X}" }`,
      'must be the name of a variable',
    ],
  };
  for (const [what, [image, said]] of Object.entries(rows)) {
    it(`refuses ${what}`, () => expect(read(image).said).to.contain(said));
  }
});
